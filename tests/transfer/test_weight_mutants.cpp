// Damaged files by the thousand: each ends in acceptance or an Error, never in anything else. Run
// under ASan and UBSan this is the proof that no number in a file is trusted.
#include <doctest/doctest.h>

#include <array>
#include <functional>

#include "graft/core/cpu_allocator.h"
#include "graft/transfer/weights/weight_file.h"
#include "support/torch_file.h"

namespace graft::transfer {
namespace {

struct Tally {
  int accepted = 0, refused = 0;
};

void attempt(const std::string& bytes, Tally& tally) {
  SpanSource source(std::as_bytes(std::span(bytes)));
  try {
    read_weights(source);
    ++tally.accepted;
  } catch (const Error& error) {
    const bool expected = error.kind() == ErrorKind::Data || error.kind() == ErrorKind::Limit;
    CHECK_MESSAGE(expected, std::string(error.what()));
    ++tally.refused;
  }
}

// Values at which readers go wrong, around powers of two.
std::vector<uint64_t> boundary_values(size_t file_size) {
  std::vector<uint64_t> values{0, 1, ~uint64_t{0}, file_size - 1, file_size, file_size + 1};
  for (const int k : {7, 8, 15, 16, 31, 32, 53, 63})
    for (const uint64_t delta : {~uint64_t{0}, uint64_t{0}, uint64_t{1}})
      values.push_back((uint64_t{1} << k) + delta);
  return values;
}

const std::array<std::pair<std::string, std::function<std::string()>>, 3> kSeeds = {
    {{"safetensors", testing::small_safetensors},
     {"zip", testing::small_torch_zip},
     {"legacy", testing::small_torch_legacy}}};

}  // namespace

TEST_CASE("mutants: a file cut at any byte is refused") {
  for (const auto& [name, make] : kSeeds) {
    CAPTURE(name);
    const std::string seed = make();
    Tally tally;
    for (size_t length = 0; length < seed.size(); ++length) attempt(seed.substr(0, length), tally);
    CHECK(tally.accepted == 0);
  }
}

TEST_CASE("mutants: every flipped bit is refused or harmless") {
  for (const auto& [name, make] : kSeeds) {
    CAPTURE(name);
    const std::string seed = make();
    Tally tally;
    for (size_t bit = 0; bit < 8 * seed.size(); ++bit) {
      std::string mutant = seed;
      mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << bit % 8));
      attempt(mutant, tally);
    }
    CHECK(tally.refused > 0);
    CHECK(tally.accepted > 0);  // a bit of a name or of padding changes nothing that is checked
  }
}

TEST_CASE("mutants: boundary values at every place, in every width") {
  const size_t live = allocator({}).stats().live;
  for (const auto& [name, make] : kSeeds) {
    CAPTURE(name);
    const std::string seed = make();
    Tally tally;
    for (const size_t width : {1, 2, 4, 8})
      for (const uint64_t value : boundary_values(seed.size()))
        for (size_t at = 0; at + width <= seed.size(); ++at) {
          std::string mutant = seed;
          attempt(mutant.replace(at, width, testing::bytes_of(value, width)), tally);
        }
    CHECK(tally.refused + tally.accepted > 20'000);
  }
  CHECK(allocator({}).stats().live == live);
}

TEST_CASE("mutants: pieces removed, doubled and swapped") {
  for (const auto& [name, make] : kSeeds) {
    CAPTURE(name);
    const std::string seed = make();
    Tally tally;
    for (const size_t length : {1, 2, 3, 4, 8, 16, 64})
      for (size_t at = 0; at + 2 * length <= seed.size(); ++at) {
        std::string removed = seed, doubled = seed, swapped = seed;
        attempt(removed.erase(at, length), tally);
        attempt(doubled.insert(at, seed.substr(at, length)), tally);
        swapped.replace(at, length, seed.substr(at + length, length));
        attempt(swapped.replace(at + length, length, seed.substr(at, length)), tally);
      }
    CHECK(tally.refused > 0);
  }
}

}  // namespace graft::transfer
