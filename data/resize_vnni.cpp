// AVX-512 forms of the resize passes, for machines with VBMI and VNNI; compiled for them function
// by function and chosen at run time.
//
// A weight is cut in three signed bytes, w = high * 2^16 + middle * 2^8 + low, so that one
// instruction (vpdpbusd) adds four bytes times four of them to a sum. All sums are exact modulo
// 2^32, and the final one fits; weights lie between -2 and 2, where `high` overflows.
#include "graft/data/resize_passes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <vector>

#include "graft/core/simd_level.h"

#define GRAFT_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni,bmi2")))

namespace graft::data {
namespace {

constexpr int64_t kTaps = ResampleTable::kTapGroup;  // of which a lane sums the products at once
constexpr int64_t kVector = 64;
constexpr int64_t kLanes = kVector / kTaps;

// Of kTaps weights, the first in the lowest byte.
struct alignas(16) WeightParts {
  uint32_t low, middle, high, none;
};

// Adding a half to the lower two bytes carries where they are to be negative.
GRAFT_VNNI inline WeightParts parts_of(const int32_t* weights) {
  const __m128i halves = _mm_set1_epi32(0x8080);
  const __m128i whole = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights));
  const __m128i bytes = _mm_xor_si128(_mm_add_epi32(whole, halves), halves);
  const __m128i by_part = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  WeightParts parts;
  _mm_store_si128(reinterpret_cast<__m128i*>(&parts), _mm_shuffle_epi8(bytes, by_part));
  return parts;
}

GRAFT_VNNI void cut_in_parts(const int32_t* weights, int64_t groups, WeightParts* parts) {
  for (int64_t i = 0; i < groups; ++i) parts[i] = parts_of(weights + i * kTaps);
}

struct Vectors {
  __m512i high, middle, low;
};

GRAFT_VNNI inline __m512i repeat(uint32_t value) {
  return _mm512_set1_epi32(static_cast<int32_t>(value));
}

GRAFT_VNNI inline Vectors no_sums() {
  return {_mm512_setzero_si512(), _mm512_setzero_si512(), repeat(1 << (kWeightBits - 1))};
}

GRAFT_VNNI inline void add(Vectors& sums, __m512i bytes, const Vectors& weights) {
  sums.high = _mm512_dpbusd_epi32(sums.high, bytes, weights.high);
  sums.middle = _mm512_dpbusd_epi32(sums.middle, bytes, weights.middle);
  sums.low = _mm512_dpbusd_epi32(sums.low, bytes, weights.low);
}

GRAFT_VNNI inline __m512i rounded(const Vectors& sums) {
  const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(sums.high, 8), sums.middle);
  return _mm512_srai_epi32(_mm512_add_epi32(_mm512_slli_epi32(upper, 8), sums.low), kWeightBits);
}

// 64 columns of one row of results; `count` rows of `in`, `stride` apart.
GRAFT_VNNI void vertical_columns(const uint8_t* in, int64_t stride, int64_t count,
                                 const WeightParts* parts, uint8_t* out) {
  Vectors sums[] = {no_sums(), no_sums(), no_sums(), no_sums()};
  for (int64_t k = 0; k < count; k += kTaps, ++parts) {
    __m512i rows[kTaps];
#pragma GCC unroll 4
    for (int64_t i = 0; i < kTaps; ++i)  // weights of zero follow the last, but perhaps no rows
      rows[i] = _mm512_loadu_si512(in + std::min(k + i, count - 1) * stride);
    const __m512i lower_01 = _mm512_unpacklo_epi8(rows[0], rows[1]);
    const __m512i upper_01 = _mm512_unpackhi_epi8(rows[0], rows[1]);
    const __m512i lower_23 = _mm512_unpacklo_epi8(rows[2], rows[3]);
    const __m512i upper_23 = _mm512_unpackhi_epi8(rows[2], rows[3]);
    const Vectors weights{repeat(parts->high), repeat(parts->middle), repeat(parts->low)};
    add(sums[0], _mm512_unpacklo_epi16(lower_01, lower_23), weights);
    add(sums[1], _mm512_unpackhi_epi16(lower_01, lower_23), weights);
    add(sums[2], _mm512_unpacklo_epi16(upper_01, upper_23), weights);
    add(sums[3], _mm512_unpackhi_epi16(upper_01, upper_23), weights);
  }
  const __m512i lower = _mm512_packs_epi32(rounded(sums[0]), rounded(sums[1]));
  const __m512i upper = _mm512_packs_epi32(rounded(sums[2]), rounded(sums[3]));
  _mm512_storeu_si512(out, _mm512_packus_epi16(lower, upper));
}

void vertical(const uint8_t* in, uint8_t* out, int64_t bytes, const ResampleTable& table) {
  if (bytes < kVector) return portable_resize_passes().vertical(in, out, bytes, table);
  std::vector<WeightParts> parts(static_cast<size_t>(table.stride / kTaps));
  for (int64_t y = 0; y < table.size(); ++y, out += bytes) {
    const auto [first, count] = table.taps_of(y);
    cut_in_parts(table.weights_of(y), table.stride / kTaps, parts.data());
    for (int64_t next = 0; next < bytes; next += kVector) {
      const int64_t begin = std::min(next, bytes - kVector);  // the last ones twice
      vertical_columns(in + first * bytes + begin, bytes, count, parts.data(), out + begin);
    }
  }
}

// kLanes neighbouring bytes of a row of results, in terms of a row of the picture.
struct Block {
  int64_t out;                             // where it begins
  int64_t first, bytes;                    // what it is made of
  alignas(kVector) uint8_t taps[kVector];  // where each lane's first kTaps are, from `first` on
};

struct alignas(kVector) BlockWeights {
  uint32_t high[kLanes], middle[kLanes], low[kLanes];
};

struct Blocks {
  int64_t groups;                     // of kTaps, for each block
  int64_t group_bytes;                // from one to the next
  std::vector<Block> blocks;          // empty if one of them reads more than a vector can hold
  std::vector<BlockWeights> weights;  // of each block the groups
};

// The last block may overlap the one before.
Blocks cut_in_blocks(const ResampleTable& table, int64_t channels) {
  const int64_t row = table.size() * channels, parts_of_one = table.stride / kTaps;
  const auto less = [](const auto& a, const auto& b) { return a.count < b.count; };
  const int64_t most = std::max_element(table.taps.begin(), table.taps.end(), less)->count;
  Blocks all{(most + kTaps - 1) / kTaps, kTaps * channels, {}, {}};
  all.blocks.resize(static_cast<size_t>((row + kLanes - 1) / kLanes));
  all.weights.resize(all.blocks.size() * static_cast<size_t>(all.groups));
  std::vector<WeightParts> parts(static_cast<size_t>(table.size() * parts_of_one));
  cut_in_parts(table.weights.data(), table.size() * parts_of_one, parts.data());
  BlockWeights* weights = all.weights.data();
  int64_t next = 0;
  for (Block& block : all.blocks) {
    block.out = std::min(next, row - kLanes);
    next += kLanes;
    int64_t x = block.out / channels, channel = block.out % channels;
    block.first = table.taps_of(x).first * channels;
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const auto [first, count] = table.taps_of(x);
      const int64_t offset = first * channels + channel - block.first;
      if (offset + (kTaps - 1) * channels >= kVector) return {};
      block.bytes = std::max(block.bytes, offset + (count - 1) * channels + 1);
      for (int64_t k = 0; k < kTaps; ++k)
        block.taps[lane * kTaps + k] = static_cast<uint8_t>(offset + k * channels);
      for (int64_t group = 0; group < all.groups; ++group) {
        const WeightParts& of = parts[static_cast<size_t>(x * parts_of_one + group)];
        weights[group].low[lane] = of.low;
        weights[group].middle[lane] = of.middle;
        weights[group].high[lane] = of.high;
      }
      if (++channel == channels) channel = 0, ++x;
    }
    weights += all.groups;
  }
  return all;
}

template <int64_t kRows>
GRAFT_VNNI void horizontal_rows(const uint8_t* in, int64_t in_stride, uint8_t* out,
                                int64_t out_stride, const Blocks& all) {
  const BlockWeights* weights = all.weights.data();
  for (const Block& block : all.blocks) {
    const __m512i taps = _mm512_load_si512(block.taps);
    Vectors sums[kRows];
#pragma GCC unroll 4
    for (Vectors& sum : sums) sum = no_sums();
    const uint8_t* bytes = in + block.first;
    int64_t left = block.bytes;
    for (int64_t group = 0; group < all.groups; ++group, ++weights) {
      const auto readable = static_cast<uint32_t>(std::clamp<int64_t>(left, 0, kVector));
      const Vectors of{_mm512_load_si512(weights->high), _mm512_load_si512(weights->middle),
                       _mm512_load_si512(weights->low)};
#pragma GCC unroll 4
      for (int64_t y = 0; y < kRows; ++y) {
        const __m512i read =
            _mm512_maskz_loadu_epi8(_bzhi_u64(~uint64_t{0}, readable), bytes + y * in_stride);
        add(sums[y], _mm512_permutexvar_epi8(taps, read), of);
      }
      bytes += all.group_bytes;
      left -= all.group_bytes;
    }
#pragma GCC unroll 4
    for (int64_t y = 0; y < kRows; ++y) {
      const __m512i words = _mm512_max_epi32(rounded(sums[y]), _mm512_setzero_si512());
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + y * out_stride + block.out),
                       _mm512_cvtusepi32_epi8(words));
    }
  }
}

void horizontal(const uint8_t* in, int64_t in_stride, const uint8_t* end, uint8_t* out,
                int64_t rows, const ResampleTable& table, int64_t channels) {
  const int64_t out_stride = table.size() * channels;
  const Blocks all = out_stride < kLanes ? Blocks{} : cut_in_blocks(table, channels);
  if (all.blocks.empty())
    return avx2_resize_passes()->horizontal(in, in_stride, end, out, rows, table, channels);
  constexpr int64_t kRowsAtOnce = 4;  // they share the weights
  for (; rows >= kRowsAtOnce; rows -= kRowsAtOnce) {
    horizontal_rows<kRowsAtOnce>(in, in_stride, out, out_stride, all);
    in += kRowsAtOnce * in_stride;
    out += kRowsAtOnce * out_stride;
  }
  for (; rows > 0; --rows, in += in_stride, out += out_stride)
    horizontal_rows<1>(in, in_stride, out, out_stride, all);
}

}  // namespace

const ResizePasses* vnni_resize_passes() {
  static constexpr ResizePasses passes{horizontal, vertical};
  return multiplies_bytes() ? &passes : nullptr;
}

}  // namespace graft::data

#else

namespace graft::data {
const ResizePasses* vnni_resize_passes() { return nullptr; }
}  // namespace graft::data

#endif
