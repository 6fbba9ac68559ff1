#include "graft/data/sampling.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "graft/core/error.h"
#include "graft/data/in_memory.h"
#include "support/pictures.h"

namespace graft::data {

using namespace graft::testing;

namespace {

// Pictures numbered by `contents`: equal numbers, equal pictures.
InMemory dataset_of(const std::vector<int64_t>& labels, const std::vector<uint64_t>& contents) {
  std::vector<Image> images;
  for (const uint64_t content : contents) images.push_back(noise_image(2, 2, 1, 10 * content));
  return {"d", std::move(images), labels, {"a", "b", "c"}};
}

std::vector<uint64_t> all_different(size_t n) {
  std::vector<uint64_t> contents(n);
  std::iota(contents.begin(), contents.end(), 0u);
  return contents;
}

int64_t count_of(const Dataset& dataset, const std::vector<int64_t>& part, int64_t label) {
  return std::ranges::count_if(part, [&](int64_t i) { return dataset.label(i) == label; });
}

}  // namespace

TEST_CASE("permutation: every index once, another order for another key") {
  const auto order = permutation(1000, {3, Purpose::Shuffle, 0, 0});
  auto sorted = order;
  std::ranges::sort(sorted);
  for (int64_t i = 0; i < 1000; ++i) REQUIRE(sorted[static_cast<size_t>(i)] == i);
  CHECK(order == permutation(1000, {3, Purpose::Shuffle, 0, 0}));
  CHECK(order != permutation(1000, {3, Purpose::Shuffle, 1, 0}));
  CHECK(order != permutation(1000, {4, Purpose::Shuffle, 0, 0}));
  CHECK(permutation(0, {}).empty());
}

TEST_CASE("permutation: every place is equally likely") {
  int first[5] = {};
  for (uint32_t epoch = 0; epoch < 5000; ++epoch)
    ++first[permutation(5, {9, Purpose::Shuffle, epoch, 0})[0]];
  for (const int count : first) {
    CHECK(count > 850);
    CHECK(count < 1150);
  }
}

TEST_CASE("split: disjoint, complete, stratified, a function of the seed") {
  std::vector<int64_t> labels(100, 0);
  labels.insert(labels.end(), 37, 1);
  labels.insert(labels.end(), 2, 2);
  const InMemory dataset = dataset_of(labels, all_different(labels.size()));
  const Split split = stratified_split(dataset, 0.2, 5);
  std::vector<int64_t> all = split.train;
  all.insert(all.end(), split.dev.begin(), split.dev.end());
  std::ranges::sort(all);
  REQUIRE(all.size() == labels.size());
  for (size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == static_cast<int64_t>(i));
  CHECK(std::ranges::is_sorted(split.train));
  CHECK(std::ranges::is_sorted(split.dev));
  CHECK(count_of(dataset, split.dev, 0) == 20);
  CHECK(count_of(dataset, split.dev, 1) == 7);
  CHECK(count_of(dataset, split.dev, 2) == 1);
  CHECK(stratified_split(dataset, 0.2, 5).dev == split.dev);
  CHECK(stratified_split(dataset, 0.2, 6).dev != split.dev);
  // Every class keeps a sample to learn from.
  CHECK(count_of(dataset, stratified_split(dataset, 0.99, 1).train, 2) == 1);
}

TEST_CASE("split: identical contents stay on one side, mixed labels in train") {
  std::vector<int64_t> labels;
  std::vector<uint64_t> contents;
  for (uint64_t i = 0; i < 60; ++i) {
    labels.push_back(i < 30 ? 0 : 1);
    contents.push_back(i / 3);  // three of each
  }
  contents[0] = contents[59] = 1000;  // the same picture under both labels
  const InMemory dataset = dataset_of(labels, contents);
  bool torn_apart = false;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const Split split = stratified_split(dataset, 0.3, seed, Duplicates::KeepTogether);
    CHECK(split.dev.size() >= 14);
    for (const int64_t i : split.dev) {
      CHECK(i != 0);
      CHECK(i != 59);
      for (const int64_t j : split.train)
        REQUIRE(contents[static_cast<size_t>(i)] != contents[static_cast<size_t>(j)]);
    }
    for (const int64_t i : stratified_split(dataset, 0.3, seed).dev)
      for (const int64_t j : stratified_split(dataset, 0.3, seed).train)
        torn_apart |= contents[static_cast<size_t>(i)] == contents[static_cast<size_t>(j)];
  }
  CHECK(torn_apart);  // without the option
}

TEST_CASE("split: refuses fractions that are none") {
  const InMemory dataset = dataset_of({0, 0}, {0, 1});
  CHECK_THROWS_WITH_AS(stratified_split(dataset, 1.0, 0),
                       "split: dev fraction 1 is not between 0 and 1", Error);
  CHECK_THROWS_AS(stratified_split(dataset, 0.0, 0), Error);
}

}  // namespace graft::data
