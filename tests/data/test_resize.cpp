#include "graft/data/resize.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "graft/core/error.h"
#include "graft/core/limits.h"
#include "graft/core/simd_level.h"
#include "graft/data/decode.h"
#include "graft/data/resize_passes.h"
#include "kernels/simd_levels.h"
#include "support/assets.h"
#include "support/files.h"
#include "support/pictures.h"

namespace graft::data {

using namespace graft::testing;

namespace {

ResizeFilter filter_named(const std::string& name) {
  return name == "bicubic" ? ResizeFilter::Bicubic : ResizeFilter::Bilinear;
}

Image part_of(const Image& image, const Box& box) {
  Image out(box.height, box.width, image.channels());
  for (int64_t y = 0; y < box.height; ++y)
    for (int64_t i = 0; i < out.row_bytes(); ++i)
      out.row(y)[i] = image.row(box.top + y)[box.left * image.channels() + i];
  return out;
}

}  // namespace

TEST_CASE("resize: equals Pillow on synthetic pictures of odd sizes") {
  std::ifstream lines(golden("resize.txt"));
  std::string line;
  int cases = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream in(line);
    std::string kind, filter, digest;
    int64_t channels, height, width, out_height, out_width;
    in >> kind >> channels >> height >> width >> out_height >> out_width >> filter >> digest;
    CAPTURE(line);
    const Image image = kind == "noise" ? noise_image(height, width, channels)
                                        : pattern_image(height, width, channels);
    CHECK(sha256_of(resize(image, out_height, out_width, filter_named(filter))) == digest);
    ++cases;
  }
  CHECK(cases > 100);
}

TEST_CASE("resize: equals Pillow on photographs, decoded and cropped") {
  const auto folder = asset("hymenoptera");
  if (!folder) return skip("hymenoptera");
  if (!has_decoder(Decoder::Libraries)) return skip("libjpeg");
  std::ifstream lines(golden("photos.txt"));
  std::string line;
  int photos = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream in(line);
    int64_t width, height;
    std::string decoded, bilinear_256, bilinear_259, bicubic_256, name;
    in >> width >> height >> decoded >> bilinear_256 >> bilinear_259 >> bicubic_256 >> std::ws;
    std::getline(in, name);
    if (photos++ % 4 != 0) continue;  // the kinds repeat
    CAPTURE(name);
    const Image image = decode_image(read_bytes(*folder / name), Limits{}, name);
    CHECK(image.width() == width);
    CHECK(image.height() == height);
    CHECK(sha256_of(image).substr(0, 16) == decoded);
    const auto digest = [&](int64_t short_side, int64_t crop, ResizeFilter filter) {
      const Size2d size = short_side_size(image.size(), short_side);
      const auto offset = [&](int64_t n) {
        const int64_t twice = n - crop;  // half of it, rounded half to even
        return twice % 4 == 3 ? (twice + 1) / 2 : twice / 2;
      };
      const Box window{offset(size.height), offset(size.width), crop, crop};
      return sha256_of(resize_window(image, {0, 0, height, width}, size, window, filter))
          .substr(0, 16);
    };
    CHECK(digest(256, 224, ResizeFilter::Bilinear) == bilinear_256);
    CHECK(digest(259, 227, ResizeFilter::Bilinear) == bilinear_259);
    CHECK(digest(256, 224, ResizeFilter::Bicubic) == bicubic_256);
  }
  CHECK(photos == 397);
}

TEST_CASE("resize: a window is that part of the whole") {
  for (const int64_t channels : {1, 3})
    for (const ResizeFilter filter : {ResizeFilter::Bilinear, ResizeFilter::Bicubic})
      for (const Size2d size :
           {Size2d{40, 31}, Size2d{61, 31}, Size2d{40, 97}, Size2d{61, 97}, Size2d{90, 150}}) {
        CAPTURE(size.height);
        CAPTURE(size.width);
        const Image image = noise_image(61, 97, channels);
        const Box window{7, 3, size.height - 9, size.width - 20};
        const Image whole = resize(image, size.height, size.width, filter);
        CHECK(resize_window(image, {0, 0, 61, 97}, size, window, filter) == part_of(whole, window));
      }
}

TEST_CASE("resize: of a part of the picture sees nothing of the rest") {
  const Image image = noise_image(50, 60, 3);
  const Box source{11, 7, 30, 41};
  const Image part = part_of(image, source);
  for (const Size2d size : {Size2d{17, 19}, Size2d{30, 50}, Size2d{64, 41}, Size2d{30, 41}})
    CHECK(resize_window(image, source, size, {0, 0, size.height, size.width},
                        ResizeFilter::Bicubic) ==
          resize(part, size.height, size.width, ResizeFilter::Bicubic));
}

TEST_CASE("resize: reads what resize_support() says, no more and no less") {
  const Image image = noise_image(50, 60, 3);
  const Box source{4, 7, 43, 49};
  for (const Size2d size : {Size2d{17, 19}, Size2d{43, 80}, Size2d{64, 49}, Size2d{43, 49}})
    for (const ResizeFilter filter : {ResizeFilter::Bilinear, ResizeFilter::Bicubic}) {
      const Box window{5, 6, 7, 8};
      const Box read = resize_support(source, size, window, filter);
      CHECK(read.is_part_of(image.size()));
      const Image expected = resize_window(image, source, size, window, filter);
      const auto from = [&](const Box& box) {
        const PicturePart part(image.size(), box.top, box.left, part_of(image, box));
        return resize_window(part, source, size, window, filter);
      };
      CHECK(from(read) == expected);
      CHECK(from({0, 0, 50, 60}) == expected);
      CHECK_THROWS_AS(from({read.top + 1, read.left, read.height - 1, read.width}), Error);
      CHECK_THROWS_AS(from({read.top, read.left, read.height, read.width - 1}), Error);
    }
  const PicturePart part({50, 60}, 10, 20, noise_image(5, 6, 3));
  CHECK_THROWS_WITH_AS(
      resize_window(part, {0, 0, 50, 60}, {25, 30}, {0, 0, 2, 3}, ResizeFilter::Bilinear),
      "resize: reads 5 x 7 at (0, 0), of the picture there are 5 x 6 at (10, 20)", Error);
}

namespace {

// `size` outputs of `count` taps each, one `step` after the other; weights of both signs.
ResampleTable table_of(int64_t size, int64_t step, int64_t count) {
  ResampleTable table;
  table.stride = (count + 3) / 4 * 4;
  for (int64_t i = 0; i < size; ++i) {
    table.taps.push_back({i * step, count});
    for (int64_t k = 0; k < table.stride; ++k) {
      const auto weight = static_cast<int32_t>((1 << kWeightBits) / count + i % 7 * 991);
      table.weights.push_back(k >= count ? 0 : k % 3 == 2 ? -weight : weight);
    }
  }
  return table;
}

void check_passes(const ResizePasses& passes, const ResampleTable& table, int64_t channels) {
  const ResizePasses& plain = portable_resize_passes();
  const int64_t reach = table.taps.back().first + table.taps.back().count;
  CAPTURE(channels);
  CAPTURE(reach);
  const Image wide = noise_image(7, reach, channels);  // nothing may be read behind it
  std::vector<uint8_t> a(static_cast<size_t>(7 * table.size() * channels)), b(a);
  const uint8_t* end = wide.data() + wide.bytes();
  plain.horizontal(wide.data(), wide.row_bytes(), end, a.data(), 7, table, channels);
  passes.horizontal(wide.data(), wide.row_bytes(), end, b.data(), 7, table, channels);
  CHECK(a == b);
  for (const int64_t width : {5, 16, 17, 63, 64, 65, 100}) {
    const Image high = noise_image(reach, width, channels);
    std::vector<uint8_t> c(static_cast<size_t>(table.size() * high.row_bytes())), d(c);
    plain.vertical(high.data(), c.data(), high.row_bytes(), table);
    passes.vertical(high.data(), d.data(), high.row_bytes(), table);
    CHECK(c == d);
  }
}

void check_passes(const ResizePasses* passes, const char* instructions) {
  if (!passes) return skip(instructions);
  for (const int64_t channels : {1, 3})
    for (const int64_t size : {2, 16, 21})
      for (const int64_t step : {0, 1, 3, 5})
        for (const int64_t count : {1, 2, 3, 4, 5, 17, 100})
          check_passes(*passes, table_of(size, step, count), channels);
}

}  // namespace

TEST_CASE("resize: the AVX2 passes equal the portable ones") {
  check_passes(avx2_resize_passes(), "AVX2");
}

TEST_CASE("resize: the VNNI passes equal the portable ones") {
  check_passes(vnni_resize_passes(), "VNNI");
}

TEST_CASE("resize: takes the instruction set in use, with the same result") {
  const Image image = noise_image(37, 53, 3);
  const Image expected = resize(image, 20, 29, ResizeFilter::Bilinear);
  at_every_simd_level([&] {
    CHECK((avx2_resize_passes() != nullptr) == (simd_level() >= SimdLevel::Avx2));
    if (simd_level() < SimdLevel::Avx512) CHECK(vnni_resize_passes() == nullptr);
    if (simd_level() == SimdLevel::Baseline)
      CHECK(&best_resize_passes() == &portable_resize_passes());
    CHECK(sha256_of(resize(image, 20, 29, ResizeFilter::Bilinear)) == sha256_of(expected));
  });
}

TEST_CASE("resize: the short side is met and the long side truncated") {
  CHECK(short_side_size({375, 500}, 256) == Size2d{256, 341});
  CHECK(short_side_size({500, 375}, 256) == Size2d{341, 256});
  CHECK(short_side_size({10, 10}, 7) == Size2d{7, 7});
  const Image image = resize_short_side(noise_image(13, 20, 3), 26, ResizeFilter::Bilinear);
  CHECK(image.height() == 26);
  CHECK(image.width() == 40);
}

TEST_CASE("resize: refuses empty pictures and boxes outside") {
  const Image image = noise_image(5, 5, 3);
  CHECK_THROWS_AS(resize(Image(), 3, 3, ResizeFilter::Bilinear), Error);
  CHECK_THROWS_WITH_AS(resize(image, 0, 3, ResizeFilter::Bilinear),
                       "resize: window 0 x 3 at (0, 0) is empty or outside of the result of 0 x 3",
                       Error);
  CHECK_THROWS_WITH_AS(
      resize_window(image, {1, 0, 5, 5}, {3, 3}, {0, 0, 3, 3}, ResizeFilter::Bilinear),
      "resize: source 5 x 5 at (1, 0) is empty or outside of the picture of 5 x 5", Error);
}

}  // namespace graft::data
