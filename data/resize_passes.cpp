#include "graft/data/resize_passes.h"

namespace graft::data {
namespace {

template <int64_t kChannels>
void horizontal_row(const uint8_t* in, uint8_t* out, const ResampleTable& table) {
  for (int64_t x = 0; x < table.size(); ++x, out += kChannels) {
    const auto [first, count] = table.taps_of(x);
    const int32_t* weights = table.weights_of(x);
    const uint8_t* pixel = in + first * kChannels;
    int32_t sums[kChannels] = {};
    for (int64_t k = 0; k < count; ++k, pixel += kChannels)
      for (int64_t c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weights[k];
    for (int64_t c = 0; c < kChannels; ++c) out[c] = round_to_byte(sums[c]);
  }
}

void horizontal(const uint8_t* in, int64_t in_stride, const uint8_t*, uint8_t* out, int64_t rows,
                const ResampleTable& table, int64_t channels) {
  for (; rows > 0; --rows, in += in_stride, out += table.size() * channels)
    channels == 1 ? horizontal_row<1>(in, out, table) : horizontal_row<3>(in, out, table);
}

void vertical_row(const uint8_t* in, uint8_t* out, int64_t bytes, const ResampleTable& table,
                  int64_t y) {
  constexpr int64_t kBlock = 256;  // sums stay in the nearest cache
  const auto [first, count] = table.taps_of(y);
  const int32_t* weights = table.weights_of(y);
  for (int64_t begin = 0; begin < bytes; begin += kBlock) {
    const int64_t n = bytes - begin < kBlock ? bytes - begin : kBlock;
    int32_t sums[kBlock] = {};
    for (int64_t k = 0; k < count; ++k) {
      const uint8_t* row = in + (first + k) * bytes + begin;
      for (int64_t i = 0; i < n; ++i) sums[i] += row[i] * weights[k];
    }
    for (int64_t i = 0; i < n; ++i) out[begin + i] = round_to_byte(sums[i]);
  }
}

void vertical(const uint8_t* in, uint8_t* out, int64_t bytes, const ResampleTable& table) {
  for (int64_t y = 0; y < table.size(); ++y) vertical_row(in, out + y * bytes, bytes, table, y);
}

}  // namespace

const ResizePasses& portable_resize_passes() {
  static constexpr ResizePasses passes{horizontal, vertical};
  return passes;
}

const ResizePasses& best_resize_passes() {
  for (const ResizePasses* passes : {vnni_resize_passes(), avx2_resize_passes()})
    if (passes) return *passes;
  return portable_resize_passes();
}

}  // namespace graft::data
