// Counter-based random numbers: a number is a function of its key and position, never of the order
// in which threads or workers ask. The same numbers on CPU and GPU.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
// 2011.
#pragma once

#include <cmath>
#include <cstdint>

#include "graft/core/host_device.h"

namespace graft {

/// What a random number is for; streams of different purposes are independent.
enum class Purpose : uint32_t { Initialise, Shuffle, Split, Augment, Dropout, Draw };

/// Names a stream of random numbers.
struct RandomKey {
  uint64_t seed = 0;
  Purpose purpose = Purpose::Draw;
  uint32_t round = 0;  ///< which time: the epoch of a shuffle, the step of a dropout
  uint64_t sample = 0;
};

struct PhiloxBlock {
  uint32_t lane[4];
};
struct PhiloxKey {
  uint32_t word[2];
};

/// The bijection itself, in ten rounds: of a counter, under a key.
GRAFT_HD inline PhiloxBlock philox4x32(PhiloxBlock counter, PhiloxKey key) {
  uint32_t c0 = counter.lane[0], c1 = counter.lane[1], c2 = counter.lane[2], c3 = counter.lane[3];
  uint32_t k0 = key.word[0], k1 = key.word[1];
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xd2511f53u} * c0, p1 = uint64_t{0xcd9e8d57u} * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(p1);
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return {{c0, c1, c2, c3}};
}

/// Seed, purpose and round spread over 64 bits by the finaliser of SplitMix64.
GRAFT_HD inline PhiloxKey philox_key(const RandomKey& key) {
  uint64_t k = key.seed + 0x9e3779b97f4a7c15u *
                              (1 + uint64_t{key.round} * 256 + static_cast<uint64_t>(key.purpose));
  k = (k ^ (k >> 30)) * 0xbf58476d1ce4e5b9u;
  k = (k ^ (k >> 27)) * 0x94d049bb133111ebu;
  k ^= k >> 31;
  return {{static_cast<uint32_t>(k), static_cast<uint32_t>(k >> 32)}};
}

/// The counter of block `index` of a sample's stream.
GRAFT_HD inline PhiloxBlock philox_counter(uint64_t sample, uint64_t index) {
  return {{static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
           static_cast<uint32_t>(sample), static_cast<uint32_t>(sample >> 32)}};
}

/// Block `index` of the 2^64 blocks of a stream.
GRAFT_HD inline PhiloxBlock philox(const RandomKey& key, uint64_t index) {
  return philox4x32(philox_counter(key.sample, index), philox_key(key));
}

/// Uniform in [0, 1): the top 24 bits, exact in f32.
GRAFT_HD inline float to_uniform(uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

/// bits >> 8 < uniform_threshold(p) says that to_uniform(bits) < p, in integers; p in [0, 1].
inline uint32_t uniform_threshold(double p) { return static_cast<uint32_t>(std::ceil(p * 0x1p24)); }

/// Uniform number at position `i` of a stream, by random access.
GRAFT_HD inline float uniform_at(const RandomKey& key, uint64_t i) {
  return to_uniform(philox(key, i / 4).lane[i % 4]);
}

/// Reads a stream from its start. A value type; not for concurrent use.
class RandomStream {
 public:
  explicit RandomStream(const RandomKey& key) : key_(key) {}

  uint32_t next_u32();
  /// [0, 1)
  float uniform() { return to_uniform(next_u32()); }
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box and Muller, 1958).
  float normal();
  /// Uniform in 0..n-1 without bias (Lemire 2019); n > 0.
  uint32_t below(uint32_t n);

 private:
  RandomKey key_;
  uint64_t position_ = 0;
  PhiloxBlock block_{};
};

}  // namespace graft
