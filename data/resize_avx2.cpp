// AVX2 forms of the resize passes, compiled for AVX2 function by function and chosen at run time.
//
// Sums of bytes times 22-bit weights must be exact to equal Pillow's. A weight is cut in two 16-bit
// halves, w = high * 2^15 + low, so that one multiply-add of 16-bit pairs (vpmaddwd) serves two
// taps; all sums are exact modulo 2^32, and the final one fits.
#include "graft/data/resize_passes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "graft/core/simd_level.h"

namespace graft::data {
namespace {

constexpr int kLowBits = 15;
constexpr int64_t kLanes = 16;  // of 16 bits

// Two neighbouring weights, the second in the upper bits.
struct WeightPair {
  uint32_t high, low;
};

// Of all weights; ResampleTable::stride is even.
std::vector<WeightPair> cut_pairs(const ResampleTable& table) {
  const auto high = [](int32_t w) { return static_cast<uint32_t>(w >> kLowBits) & 0xffff; };
  const auto low = [](int32_t w) { return static_cast<uint32_t>(w) & ((1u << kLowBits) - 1); };
  std::vector<WeightPair> pairs(table.weights.size() / 2);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const int32_t even = table.weights[2 * i], odd = table.weights[2 * i + 1];
    pairs[i] = {high(odd) << 16 | high(even), low(odd) << 16 | low(even)};
  }
  return pairs;
}

__attribute__((target("avx2"))) inline __m256i round_lanes(__m256i high, __m256i low) {
  const __m256i half = _mm256_set1_epi32(1 << (kWeightBits - 1));
  const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, kLowBits), low);
  return _mm256_srai_epi32(_mm256_add_epi32(sum, half), kWeightBits);
}

__attribute__((target("avx2"))) inline __m256i load_16_bytes(const uint8_t* bytes) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
}

__attribute__((target("avx2"))) inline __m256i repeat(uint32_t value) {
  return _mm256_set1_epi32(static_cast<int32_t>(value));
}

// A row of results; `count` rows of `in`.
__attribute__((target("avx2"))) void vertical_row(const uint8_t* in, uint8_t* out, int64_t bytes,
                                                  int64_t count, const WeightPair* pairs) {
  for (int64_t next = 0; next < bytes; next += kLanes) {
    const int64_t begin = std::min(next, bytes - kLanes);  // the last ones twice
    const uint8_t* column = in + begin;
    // Lanes 0-3 and 8-11 in a, 4-7 and 12-15 in b.
    __m256i a_high = _mm256_setzero_si256(), a_low = a_high, b_high = a_high, b_low = a_high;
    for (int64_t k = 0; k < count; k += 2) {
      const uint8_t* even_row = column + k * bytes;
      // After an odd count comes a weight of zero, but perhaps no row.
      const __m256i even = load_16_bytes(even_row);
      const __m256i odd = load_16_bytes(k + 1 < count ? even_row + bytes : even_row);
      const __m256i a = _mm256_unpacklo_epi16(even, odd), b = _mm256_unpackhi_epi16(even, odd);
      const __m256i high = repeat(pairs[k / 2].high), low = repeat(pairs[k / 2].low);
      a_high = _mm256_add_epi32(a_high, _mm256_madd_epi16(a, high));
      a_low = _mm256_add_epi32(a_low, _mm256_madd_epi16(a, low));
      b_high = _mm256_add_epi32(b_high, _mm256_madd_epi16(b, high));
      b_low = _mm256_add_epi32(b_low, _mm256_madd_epi16(b, low));
    }
    const __m256i words =
        _mm256_packs_epi32(round_lanes(a_high, a_low), round_lanes(b_high, b_low));
    const __m128i packed =
        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + begin), packed);
  }
}

void vertical(const uint8_t* in, uint8_t* out, int64_t bytes, const ResampleTable& table) {
  if (bytes < kLanes) return portable_resize_passes().vertical(in, out, bytes, table);
  const std::vector<WeightPair> pairs = cut_pairs(table);
  for (int64_t y = 0; y < table.size(); ++y, out += bytes) {
    const auto [first, count] = table.taps_of(y);
    vertical_row(in + first * bytes, out, bytes, count, pairs.data() + y * table.stride / 2);
  }
}

// 16 bytes of a row in the lower half and of the row after it in the upper.
__attribute__((target("avx2"))) inline __m256i load_two_rows(const uint8_t* pixel, int64_t stride) {
  return _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel))),
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel + stride)), 1);
}

constexpr int64_t kRowsAtOnce = 4;  // they share the weights
constexpr int64_t kLoadBytes = 16;  // of which four pixels are used

// kRowsAtOnce rows of RGB.
__attribute__((target("avx2"))) void horizontal_rgb(const uint8_t* in, int64_t in_stride,
                                                    uint8_t* out, const ResampleTable& table,
                                                    const WeightPair* pairs) {
  constexpr int64_t kChannels = 3, kGroup = ResampleTable::kTapGroup;
  // The channels of two neighbouring pixels side by side in 16-bit pairs, three pairs and an idle
  // one of each row: taps 0 and 1, and taps 2 and 3.
  const __m256i taps_01 = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m256i taps_23 = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
  const int64_t out_stride = table.size() * kChannels;
  for (int64_t x = 0; x < table.size(); ++x, out += kChannels) {
    const auto [first, count] = table.taps_of(x);
    const WeightPair* pair = pairs + x * table.stride / 2;
    const uint8_t* pixel = in + first * kChannels;
    __m256i high[kRowsAtOnce / 2] = {}, low[kRowsAtOnce / 2] = {};
    for (int64_t k = 0; k < count; k += kGroup, pixel += kGroup * kChannels, pair += 2) {
      const __m256i high_01 = repeat(pair[0].high), high_23 = repeat(pair[1].high);
      const __m256i low_01 = repeat(pair[0].low), low_23 = repeat(pair[1].low);
#pragma GCC unroll 2
      for (int64_t two = 0; two < kRowsAtOnce / 2; ++two) {
        const __m256i bytes = load_two_rows(pixel + 2 * two * in_stride, in_stride);
        const __m256i a = _mm256_shuffle_epi8(bytes, taps_01);
        const __m256i b = _mm256_shuffle_epi8(bytes, taps_23);
        high[two] = _mm256_add_epi32(high[two], _mm256_add_epi32(_mm256_madd_epi16(a, high_01),
                                                                 _mm256_madd_epi16(b, high_23)));
        low[two] = _mm256_add_epi32(
            low[two], _mm256_add_epi32(_mm256_madd_epi16(a, low_01), _mm256_madd_epi16(b, low_23)));
      }
    }
    const __m256i rows_01 = round_lanes(high[0], low[0]), rows_23 = round_lanes(high[1], low[1]);
    const __m256i words = _mm256_packs_epi32(rows_01, rows_23);  // rows 0 2 1 3
    const __m256i bytes = _mm256_packus_epi16(words, words);
    alignas(32) uint8_t pixels[32];
    _mm256_store_si256(reinterpret_cast<__m256i*>(pixels), bytes);
    std::memcpy(out, pixels, kChannels);
    std::memcpy(out + out_stride, pixels + 16, kChannels);
    std::memcpy(out + 2 * out_stride, pixels + 4, kChannels);
    std::memcpy(out + 3 * out_stride, pixels + 20, kChannels);
  }
}

void horizontal(const uint8_t* in, int64_t in_stride, const uint8_t* end, uint8_t* out,
                int64_t rows, const ResampleTable& table, int64_t channels) {
  if (channels == 3) {
    constexpr int64_t kGroup = ResampleTable::kTapGroup;
    const auto [first, count] = table.taps.back();
    const int64_t last_load = (first + (count - 1) / kGroup * kGroup) * channels;
    const auto readable = [&](const uint8_t* row) {
      return end - row >= (kRowsAtOnce - 1) * in_stride + last_load + kLoadBytes;
    };
    const std::vector<WeightPair> pairs = cut_pairs(table);
    for (; rows >= kRowsAtOnce && readable(in); rows -= kRowsAtOnce) {
      horizontal_rgb(in, in_stride, out, table, pairs.data());
      in += kRowsAtOnce * in_stride;
      out += kRowsAtOnce * table.size() * channels;
    }
  }
  portable_resize_passes().horizontal(in, in_stride, end, out, rows, table, channels);
}

}  // namespace

const ResizePasses* avx2_resize_passes() {
  static constexpr ResizePasses passes{horizontal, vertical};
  return simd_level() >= SimdLevel::Avx2 ? &passes : nullptr;
}

}  // namespace graft::data

#else

namespace graft::data {
const ResizePasses* avx2_resize_passes() { return nullptr; }
}  // namespace graft::data

#endif
