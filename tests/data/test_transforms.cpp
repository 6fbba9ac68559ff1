#include "graft/data/transforms.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "graft/core/error.h"
#include "support/pictures.h"

namespace graft::data {

using namespace graft::testing;

namespace {

Preprocess contract_of(int64_t resize_short, int64_t crop) {
  Preprocess contract;
  contract.resize_short = resize_short;
  contract.crop_height = contract.crop_width = crop;
  return contract;
}

// One picture as a batch of one.
Tensor preprocessed(const Image& image, const Preprocess& contract) {
  Tensor batch =
      Tensor::full({1, contract.crop_height, contract.crop_width, contract.channels()}, 1e9);
  preprocess(image, contract, batch, 0);
  return batch;
}

Tensor rendered(const Image& image, const Preprocess& contract, const Augment& augment,
                uint64_t sample, uint32_t epoch = 0) {
  Tensor batch =
      Tensor::full({1, contract.crop_height, contract.crop_width, contract.channels()}, 1e9);
  render(prepare(image, contract, augment), contract, augment, {7, Purpose::Augment, epoch, sample},
         batch, 0);
  return batch;
}

bool same(const Tensor& a, const Tensor& b) {
  return std::ranges::equal(a.values<float>(), b.values<float>());
}

Augment augment_of(Augment::Kind kind) {
  Augment augment;
  augment.kind = kind;
  return augment;
}

// Raw pixels as floats: range 1, mean 0, deviation 1.
Preprocess raw(int64_t crop) {
  Preprocess contract = contract_of(0, crop);
  contract.range = 1.0;
  contract.mean = {0, 0, 0};
  contract.std = {1, 1, 1};
  return contract;
}

}  // namespace

TEST_CASE("transforms: the centre crop rounds half to even and may reach outside") {
  CHECK(centre_crop_box({256, 341}, 224, 224) == Box{16, 58, 224, 224});  // 58.5
  CHECK(centre_crop_box({256, 343}, 224, 224) == Box{16, 60, 224, 224});  // 59.5
  CHECK(centre_crop_box({256, 342}, 224, 224) == Box{16, 59, 224, 224});
  CHECK(centre_crop_box({225, 227}, 224, 224) == Box{0, 2, 224, 224});  // 0.5 and 1.5
  CHECK(centre_crop_box({3, 10}, 6, 4) == Box{-1, 3, 6, 4});
}

TEST_CASE("transforms: a crop is black outside of the picture") {
  const Image image = pattern_image(3, 4, 3);
  const Image out = crop(image, {-1, 2, 5, 4});
  for (int64_t y = 0; y < 5; ++y)
    for (int64_t x = 0; x < 4; ++x) {
      const int64_t from_y = y - 1, from_x = x + 2;
      const bool inside = from_y >= 0 && from_y < 3 && from_x < 4;
      for (int64_t c = 0; c < 3; ++c)
        CHECK(out.row(y)[x * 3 + c] == (inside ? image.row(from_y)[from_x * 3 + c] : 0));
    }
  CHECK(crop(image, {10, 10, 2, 2}) == Image(2, 2, 3));
}

TEST_CASE("transforms: flipping twice gives the picture back") {
  for (const int64_t channels : {1, 3}) {
    const Image image = noise_image(4, 7, channels);
    const Image flipped = flip_horizontal(image);
    CHECK(flipped.row(2)[0] == image.row(2)[6 * channels]);
    CHECK(flip_horizontal(flipped) == image);
  }
}

TEST_CASE("transforms: normalisation divides in f32, per channel, in the order asked for") {
  const Image image = noise_image(6, 6, 3);
  Preprocess contract = contract_of(0, 6);
  const auto expected = [&](int64_t pixel, int64_t from, int64_t channel) {
    const auto c = static_cast<size_t>(channel);
    return (static_cast<float>(image.data()[pixel * 3 + from]) / 255.0f -
            static_cast<float>(contract.mean[c])) /
           static_cast<float>(contract.std[c]);
  };
  const Tensor rgb = preprocessed(image, contract);
  contract.colour = ColourOrder::Bgr;
  const Tensor bgr = preprocessed(image, contract);
  for (int64_t p = 0; p < 36; ++p)
    for (int64_t c = 0; c < 3; ++c) {
      CHECK(rgb.data<float>()[p * 3 + c] == expected(p, c, c));
      CHECK(bgr.data<float>()[p * 3 + c] == expected(p, 2 - c, c));
    }
}

TEST_CASE("transforms: colour to grey as Pillow does, grey to colour by repeating") {
  Image colour(1, 2, 3);
  const uint8_t pixels[] = {200, 100, 50, 0, 255, 1};
  std::copy_n(pixels, 6, colour.data());
  Preprocess grey_input = raw(0);
  grey_input.crop_height = 1;
  grey_input.crop_width = 2;
  grey_input.colour = ColourOrder::Grey;
  const Tensor grey = preprocessed(colour, grey_input);
  CHECK(grey.shape() == Shape{1, 1, 2, 1});
  CHECK(grey.data<float>()[0] == 124.0f);  // Image.new("RGB", (1, 1), (200, 100, 50)).convert("L")
  CHECK(grey.data<float>()[1] == 150.0f);
  const Image dim = noise_image(3, 3, 1);
  const Tensor repeated = preprocessed(dim, raw(3));
  for (int64_t i = 0; i < 27; ++i) CHECK(repeated.data<float>()[i] == dim.data()[i / 3]);
}

TEST_CASE("transforms: the contract is resize, crop, normalise") {
  const Image image = noise_image(50, 70, 3);
  Preprocess contract = raw(24);
  contract.resize_short = 32;
  contract.filter = ResizeFilter::Bicubic;
  const Image expected =
      crop(resize_short_side(image, 32, ResizeFilter::Bicubic), centre_crop_box({32, 44}, 24, 24));
  const Tensor got = preprocessed(image, contract);
  for (size_t i = 0; i < expected.bytes(); ++i)
    REQUIRE(got.data<float>()[i] == static_cast<float>(expected.data()[i]));
}

TEST_CASE("transforms: random variation is a function of the key") {
  const Image image = noise_image(40, 40, 3);
  const Preprocess contract = raw(32);
  for (const auto kind :
       {Augment::Kind::Flip, Augment::Kind::PadCrop, Augment::Kind::RandomResizedCrop}) {
    const Augment augment = augment_of(kind);
    bool samples_differ = false, epochs_differ = false;
    for (uint64_t i = 0; i < 8; ++i) {
      const Tensor once = rendered(image, contract, augment, i);
      CHECK(same(once, rendered(image, contract, augment, i)));
      samples_differ |= !same(once, rendered(image, contract, augment, i + 100));
      epochs_differ |= !same(once, rendered(image, contract, augment, i, 1));
    }
    CHECK(samples_differ);
    CHECK(epochs_differ);
  }
  CHECK(same(rendered(image, contract, {}, 1), rendered(image, contract, {}, 2)));
}

TEST_CASE("transforms: flip gives the picture or its mirror image, each half of the time") {
  const Image image = noise_image(8, 8, 3);
  const Tensor plain = preprocessed(image, raw(8));
  const Tensor mirrored = preprocessed(flip_horizontal(image), raw(8));
  int flips = 0;
  for (uint64_t i = 0; i < 400; ++i) {
    const Tensor got = rendered(image, raw(8), augment_of(Augment::Kind::Flip), i);
    const bool flipped = same(got, mirrored);
    CHECK((flipped || same(got, plain)));
    flips += flipped;
  }
  CHECK(flips > 150);
  CHECK(flips < 250);
}

TEST_CASE("transforms: pad-crop moves the picture by up to the padding, black outside") {
  Image dot(8, 8, 3);
  dot.row(4)[3 * 3] = 255;  // red at (4, 3)
  std::set<std::pair<int64_t, int64_t>> places;
  for (uint64_t i = 0; i < 2000; ++i) {
    const Tensor got = rendered(dot, raw(8), augment_of(Augment::Kind::PadCrop), i);
    const auto values = got.values<float>();
    const auto at = std::ranges::find(values, 255.0f) - values.begin();
    CHECK(std::ranges::count(values, 0.0f) >= 191);
    if (at < 192) places.insert({at / 24, at / 3 % 8});
  }
  CHECK(places.size() == 64);  // rows 0-8 and columns of both directions; row 8 is out of the crop
}

TEST_CASE("transforms: the random resized crop stays inside and keeps to area and aspect") {
  Augment augment = augment_of(Augment::Kind::RandomResizedCrop);
  double smallest = 1, largest = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    RandomStream random({1, Purpose::Augment, 0, i});
    const Box box = random_resized_crop({300, 400}, augment, random);
    CHECK(box.top >= 0);
    CHECK(box.left >= 0);
    CHECK(box.top + box.height <= 300);
    CHECK(box.left + box.width <= 400);
    const double area = static_cast<double>(box.height * box.width) / (300.0 * 400.0);
    const double aspect = static_cast<double>(box.width) / static_cast<double>(box.height);
    CHECK(area > 0.075);
    CHECK(aspect > 0.74);
    CHECK(aspect < 1.36);
    smallest = std::min(smallest, area);
    largest = std::max(largest, area);
  }
  CHECK(smallest < 0.1);
  CHECK(largest > 0.9);
  // Nothing fits into a strip: its centre, at the widest allowed aspect.
  RandomStream random({1, Purpose::Augment, 0, 0});
  augment.min_area = 0.9;
  CHECK(random_resized_crop({30, 900}, augment, random) == Box{0, 430, 30, 40});
}

TEST_CASE("transforms: a batch of another shape is refused") {
  Tensor batch = Tensor::zeros({2, 8, 8, 3});
  const Image image = noise_image(8, 8, 3);
  CHECK_THROWS_WITH_AS(preprocess(image, raw(8), batch, 2),
                       "preprocess: sample 2 of 8 x 8 x 3 does not fit the batch [2, 8, 8, 3]",
                       Error);
  CHECK_THROWS_AS(preprocess(image, raw(7), batch, 0), Error);
  CHECK_THROWS_WITH_AS(preprocess(Image(), raw(8), batch, 0), "preprocess: empty picture", Error);
}

}  // namespace graft::data
