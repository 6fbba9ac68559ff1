#include "graft/core/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "graft/core/ops.h"

namespace graft {
namespace {

std::vector<uint32_t> lanes(const PhiloxBlock& block) {
  return {block.lane[0], block.lane[1], block.lane[2], block.lane[3]};
}

}  // namespace

TEST_CASE("random: Philox4x32-10 gives the known answers of the Random123 distribution") {
  CHECK(lanes(philox4x32({{0, 0, 0, 0}}, {{0, 0}})) ==
        std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr uint32_t kOnes = 0xffffffff;
  CHECK(lanes(philox4x32({{kOnes, kOnes, kOnes, kOnes}}, {{kOnes, kOnes}})) ==
        std::vector<uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(lanes(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
                         {{0xa4093822, 0x299f31d0}})) ==
        std::vector<uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: a number depends on key and position, not on the order of asking") {
  const RandomKey key{.seed = 7, .purpose = Purpose::Augment, .round = 3, .sample = 11};
  RandomStream stream(key);
  std::vector<float> forward;
  for (int i = 0; i < 50; ++i) forward.push_back(stream.uniform());
  for (size_t i = 50; i-- > 0;) CHECK(uniform_at(key, i) == forward[i]);
}

TEST_CASE("random: streams differ in every part of the key") {
  std::set<uint32_t> first;
  const RandomKey base{.seed = 1};
  std::vector<RandomKey> keys{base};
  keys.push_back({.seed = 2});
  keys.push_back({.seed = 1, .purpose = Purpose::Shuffle});
  keys.push_back({.seed = 1, .round = 1});
  keys.push_back({.seed = 1, .sample = 1});
  keys.push_back({.seed = 1, .sample = uint64_t{1} << 32});
  for (const RandomKey& key : keys) first.insert(philox(key, 0).lane[0]);
  first.insert(philox(base, 1).lane[0]);
  first.insert(philox(base, uint64_t{1} << 32).lane[0]);
  CHECK(first.size() == keys.size() + 2);
}

TEST_CASE("random: uniform and normal numbers have their moments") {
  RandomStream stream({.seed = 5});
  constexpr int kCount = 100000;
  double mean = 0, normal_mean = 0, square = 0;
  for (int i = 0; i < kCount; ++i) {
    const float u = stream.uniform(), z = stream.normal();
    CHECK_MESSAGE((u >= 0 && u < 1 && std::isfinite(z)), u, " ", z);
    mean += static_cast<double>(u) / kCount;
    normal_mean += static_cast<double>(z) / kCount;
    square += static_cast<double>(z) * static_cast<double>(z) / kCount;
  }
  CHECK(std::abs(mean - 0.5) < 0.005);  // five standard errors
  CHECK(std::abs(normal_mean) < 0.016);
  CHECK(std::abs(square - 1) < 0.023);
}

TEST_CASE("random: below(n) reaches every value about equally often") {
  RandomStream stream({.seed = 5});
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) CHECK(std::abs(count - 10000) < 500);
}

TEST_CASE("random: dropout draws the stream's numbers, whatever the strides and threads") {
  const RandomKey key{.seed = 9, .purpose = Purpose::Dropout, .round = 2, .sample = 4};
  constexpr int64_t kRows = 301, kColumns = 407;  // several chunks, odd ends
  const Tensor x = Tensor::full({kColumns, kRows}, 2.0, DType::F64);
  const double p = 0.3;
  const Tensor y = dropout(transpose(x, 0, 1), p, key);
  bool equal = true;
  for (size_t i = 0; i < static_cast<size_t>(kRows * kColumns); ++i) {
    const bool survives = static_cast<double>(uniform_at(key, i)) >= p;
    equal &= y.values<double>()[i] == (survives ? 2.0 * (1.0 / (1.0 - p)) : 0.0);
  }
  CHECK(equal);
}

}  // namespace graft
