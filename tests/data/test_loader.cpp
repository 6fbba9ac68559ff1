#include "graft/data/loader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <set>

#include "graft/core/error.h"
#include "graft/core/io/sha256.h"
#include "graft/data/image_folder.h"
#include "graft/data/in_memory.h"
#include "graft/data/readable.h"
#include "graft/data/transforms.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/pictures.h"
#include "support/thread_count.h"

namespace graft::data {

using namespace graft::testing;

namespace {

Preprocess small_contract() {
  Preprocess contract;
  contract.resize_short = 12;
  contract.crop_height = contract.crop_width = 10;
  return contract;
}

DatasetPtr drawn(int64_t n) {
  std::vector<Image> images;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < n; ++i) {
    images.push_back(noise_image(14 + i % 5, 13 + i % 7, 3, static_cast<uint64_t>(i) * 1000));
    labels.push_back(i % 3);
  }
  return std::make_shared<InMemory>("drawn", std::move(images), std::move(labels),
                                    std::vector<std::string>{"a", "b", "c"});
}

// Counts what is read; fails on chosen samples.
class Watched final : public Dataset {
 public:
  explicit Watched(int64_t n, std::set<int64_t> bad = {}) : inner_(drawn(n)), bad_(bad) {}
  int64_t size() const override { return inner_->size(); }
  const std::vector<std::string>& class_names() const override { return inner_->class_names(); }
  int64_t label(int64_t i) const override { return inner_->label(i); }
  std::string id(int64_t i) const override { return inner_->id(i); }
  Image image(int64_t i) const override {
    ++reads;
    if (out_of_memory) fail(ErrorKind::OutOfMemory, "no memory for ", id(i));
    check(!bad_.contains(i), ErrorKind::Data, "decode: ", id(i), ": broken");
    return inner_->image(i);
  }

  mutable std::atomic<int> reads = 0;
  bool out_of_memory = false;

 private:
  DatasetPtr inner_;
  std::set<int64_t> bad_;
};

// Gives of its pictures exactly what was chosen.
class Cut final : public Dataset {
 public:
  explicit Cut(DatasetPtr inner) : inner_(std::move(inner)) {}
  int64_t size() const override { return inner_->size(); }
  const std::vector<std::string>& class_names() const override { return inner_->class_names(); }
  int64_t label(int64_t i) const override { return inner_->label(i); }
  std::string id(int64_t i) const override { return inner_->id(i); }
  Image image(int64_t i) const override { return inner_->image(i); }
  PicturePart part(int64_t i, const ChoosePart& choose) const override {
    const Image whole = image(i);
    const Box box = choose(whole.size());
    pixels += box.height * box.width;
    return {whole.size(), box.top, box.left, crop(whole, box)};
  }

  mutable std::atomic<int64_t> pixels = 0;  // given in all

 private:
  DatasetPtr inner_;
};

std::string hash_of(const Batch& batch) {
  Sha256 hash;
  hash.update(std::as_bytes(batch.images.values<float>()));
  hash.update(std::as_bytes(batch.labels.values<int64_t>()));
  hash.update(std::as_bytes(std::span(batch.indices)));
  return hash.hex();
}

std::vector<std::string> epoch_hashes(Loader& loader, uint32_t epoch, int64_t first = 0) {
  std::vector<std::string> hashes;
  Batch batch;
  loader.start_epoch(epoch, first);
  while (loader.next(batch)) hashes.push_back(hash_of(batch));
  return hashes;
}

std::vector<int64_t> epoch_indices(Loader& loader, uint32_t epoch) {
  std::vector<int64_t> indices;
  Batch batch;
  loader.start_epoch(epoch);
  while (loader.next(batch))
    indices.insert(indices.end(), batch.indices.begin(), batch.indices.end());
  return indices;
}

}  // namespace

TEST_CASE("loader: batches do not depend on workers, prefetch or cache") {
  const DatasetPtr dataset = drawn(43);
  for (const auto kind : {Augment::Kind::None, Augment::Kind::Flip,
                          Augment::Kind::RandomResizedCrop, Augment::Kind::PadCrop}) {
    LoaderOptions options;
    options.batch_size = 8;
    options.seed = 11;
    options.shuffle = true;
    options.augment.kind = kind;
    Loader plain(dataset, small_contract(), options);
    const auto first = epoch_hashes(plain, 0), second = epoch_hashes(plain, 1);
    CHECK(first.size() == 6);
    CHECK(first != second);
    for (int workers = 0; workers <= 4; ++workers)
      for (const uint64_t cache_bytes : {uint64_t{0}, uint64_t{4000}, uint64_t{1} << 30}) {
        options.workers = workers;
        options.prefetch = workers % 3;
        options.cache_bytes = cache_bytes;
        Loader loader(dataset, small_contract(), options);
        CHECK(epoch_hashes(loader, 0) == first);
        CHECK(epoch_hashes(loader, 1) == second);
        CHECK(epoch_hashes(loader, 0) == first);
      }
  }
}

TEST_CASE("loader: batches are the same from the parts of pictures that it chooses") {
  const DatasetPtr dataset = drawn(43);
  int64_t all_pixels = 0;
  for (int64_t i = 0; i < dataset->size(); ++i)
    all_pixels += dataset->image(i).height() * dataset->image(i).width();
  for (const auto kind : {Augment::Kind::None, Augment::Kind::Flip,
                          Augment::Kind::RandomResizedCrop, Augment::Kind::PadCrop})
    for (const int64_t resize_short : {12, 0})
      for (const uint64_t cache_bytes : {uint64_t{0}, uint64_t{4000}, uint64_t{1} << 30}) {
        Preprocess contract = small_contract();
        contract.resize_short = resize_short;
        LoaderOptions options;
        options.augment.kind = kind;
        options.augment.padding = 1;
        options.cache_bytes = cache_bytes;
        const auto cut = std::make_shared<Cut>(dataset);
        Loader whole(dataset, contract, options), parts(cut, contract, options);
        for (uint32_t epoch = 0; epoch < 3; ++epoch)
          CHECK(epoch_hashes(parts, epoch) == epoch_hashes(whole, epoch));
        const int64_t reads = cache_bytes > 4000 ? 1 : 3;
        const bool kept_whole = kind == Augment::Kind::RandomResizedCrop && cache_bytes > 4000;
        CHECK((cut->pixels < reads * all_pixels) == !kept_whole);
      }
}

TEST_CASE("loader: holds what preprocess() gives, with label and index") {
  const DatasetPtr dataset = drawn(5);
  LoaderOptions options;
  options.batch_size = 3;
  Loader loader(dataset, small_contract(), options);
  CHECK(loader.batches() == 2);
  Batch batch;
  CHECK(!loader.next(batch));  // no epoch was begun
  loader.start_epoch(0);
  REQUIRE(loader.next(batch));
  CHECK(batch.images.shape() == Shape{3, 10, 10, 3});
  REQUIRE(loader.next(batch));
  CHECK(batch.images.shape() == Shape{2, 10, 10, 3});
  CHECK(batch.indices == std::vector<int64_t>{3, 4});
  CHECK(batch.labels.data<int64_t>()[1] == 1);
  Tensor expected = Tensor::zeros({2, 10, 10, 3});
  preprocess(dataset->image(3), small_contract(), expected, 0);
  preprocess(dataset->image(4), small_contract(), expected, 1);
  CHECK(std::ranges::equal(expected.values<float>(), batch.images.values<float>()));
  CHECK(!loader.next(batch));
  CHECK(!loader.next(batch));
}

TEST_CASE("loader: an epoch visits every sample once; drop_last leaves the rest out") {
  LoaderOptions options;
  options.batch_size = 4;
  options.shuffle = true;
  Loader loader(drawn(10), small_contract(), options);
  auto indices = epoch_indices(loader, 0);
  CHECK(indices != epoch_indices(loader, 1));
  std::ranges::sort(indices);
  std::vector<int64_t> all(10);
  std::iota(all.begin(), all.end(), 0);
  CHECK(indices == all);
  options.drop_last = true;
  Loader whole(drawn(10), small_contract(), options);
  CHECK(whole.batches() == 2);
  CHECK(epoch_indices(whole, 0).size() == 8);
}

TEST_CASE("loader: an epoch can begin in its middle, and be left in its middle") {
  LoaderOptions options;
  options.batch_size = 4;
  options.shuffle = true;
  options.augment.kind = Augment::Kind::PadCrop;
  for (const int workers : {0, 3}) {
    options.workers = workers;
    Loader loader(drawn(30), small_contract(), options);
    const auto whole = epoch_hashes(loader, 4);
    Batch batch;
    loader.start_epoch(2);
    REQUIRE(loader.next(batch));
    const auto rest = epoch_hashes(loader, 4, 3);
    CHECK(rest == std::vector(whole.begin() + 3, whole.end()));
    CHECK(epoch_hashes(loader, 4, 8).empty());
    CHECK(error_text([&] { loader.start_epoch(0, 9); }) == "loader: no batch 9 of 8");
  }
}

TEST_CASE("loader: a worker's error comes out of next(), always the first of the batch") {
  for (const int workers : {0, 1, 4}) {
    LoaderOptions options;
    options.batch_size = 5;
    options.workers = workers;
    Loader loader(std::make_shared<Watched>(20, std::set<int64_t>{7, 8}), small_contract(),
                  options);
    Batch batch;
    loader.start_epoch(0);
    REQUIRE(loader.next(batch));
    CHECK(error_text([&] { loader.next(batch); }) == "decode: drawn[7]: broken");
    REQUIRE(loader.next(batch));  // the loader stays usable
    CHECK(batch.indices.front() == 10);
  }
}

TEST_CASE("readable: finds the bad samples, at any number of threads; passes other errors on") {
  for (const int threads : {1, 3}) {
    const ThreadCount scope(threads);
    int64_t reported = 0;
    const Watched dataset(150, {1, 4, 64, 149});
    const Readable readable = find_readable(dataset, [&](int64_t done, int64_t total) {
      CHECK(total == 150);
      reported = done;
    });
    CHECK(reported == 150);
    CHECK(readable.indices.size() == 146);
    CHECK(readable.indices[4] == 6);
    REQUIRE(readable.bad.size() == 4);
    CHECK(readable.bad[2] == SkippedFile{"drawn[64]", "decode: drawn[64]: broken"});
  }
  Watched dataset(3);
  dataset.out_of_memory = true;
  CHECK(error_text([&] { find_readable(dataset); }).starts_with("no memory for drawn["));
}

TEST_CASE("loader: the cache saves reading, within its bytes") {
  const auto dataset = std::make_shared<Watched>(10);
  LoaderOptions options;
  options.cache_bytes = 4 * 10 * 10 * 3;  // four prepared pictures
  Loader loader(dataset, small_contract(), options);
  epoch_hashes(loader, 0);
  CHECK(dataset->reads == 10);
  epoch_hashes(loader, 1);
  CHECK(dataset->reads == 16);
}

TEST_CASE("loader: broken files of a folder are named") {
  const TempFolder folder;
  for (int i = 0; i < 6; ++i)
    write_bytes(folder.path() / "c" / (std::to_string(i) + ".png"),
                png_bytes(noise_image(12, 12, 3, static_cast<uint64_t>(i))));
  write_text(folder.path() / "c" / "3.png", "GIF89a");
  LoaderOptions options;
  options.workers = 2;
  Loader loader(std::make_shared<ImageFolder>(folder.path()), small_contract(), options);
  Batch batch;
  loader.start_epoch(0);
  CHECK(error_text([&] { loader.next(batch); }) ==
        "decode: " + (folder.path() / "c" / "3.png").string() +
            ": looks like GIF; only JPEG and PNG are read");
}

TEST_CASE("loader: can be destroyed at any moment") {
  LoaderOptions options;
  options.batch_size = 4;
  options.workers = 4;
  for (int taken = 0; taken < 4; ++taken) {
    Loader loader(drawn(40), small_contract(), options);
    if (taken == 0) continue;
    Batch batch;
    loader.start_epoch(0);
    for (int i = 1; i < taken; ++i) loader.next(batch);
  }
}

TEST_CASE("loader: refuses what makes no sense") {
  LoaderOptions options;
  CHECK(error_text([&] { Loader(nullptr, small_contract(), options); }) == "loader: empty dataset");
  options.batch_size = 0;
  CHECK(error_text([&] { Loader(drawn(1), small_contract(), options); }) ==
        "loader: batch size 0, workers 0, prefetch 2");
}

}  // namespace graft::data
