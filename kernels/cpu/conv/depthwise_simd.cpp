#include "graft/kernels/cpu/conv/depthwise_row.h"
#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Outputs that have all of their window columns within the image: begin..end-1.
struct Range {
  int64_t begin, end;
};
template <class T>
Range inner_outputs(const DepthwiseRow<T>& row, int64_t first_col, int64_t last_col) {
  const int64_t s = row.stride_w;
  int64_t begin = first_col < 0 ? (-first_col + s - 1) / s : 0;
  int64_t end = row.in_w - 1 - last_col < 0 ? 0 : (row.in_w - 1 - last_col) / s + 1;
  if (end > row.out_w) end = row.out_w;
  if (begin > end) begin = end;
  return {begin, end};
}

template <class T, bool kWhole>
[[gnu::always_inline]] inline Vec<T> load_some(const T* from, int count) {
  if constexpr (kWhole) return load(from);
  return load_first(from, count);
}

// kPixels neighbouring outputs from q on, kVecs vectors of channels (kWhole) or the first `count`
// of one vector. kInside: no window column lies outside of the image.
template <class T, int kPixels, int kVecs, bool kWhole, bool kInside>
[[gnu::always_inline]] inline void outputs(const DepthwiseRow<T>& row, const Epilogue<T>& epilogue,
                                           T* y, int64_t q, int64_t channel, int count) {
  Vec<T> acc[kPixels][kVecs]{};
  const int64_t step = row.stride_w * row.in_pixel;
  for (int64_t i = 0; i < row.row_count; ++i) {
    const T* const from = row.rows[i] + channel + q * step;
    const T* w = row.weights[i] + channel;
    for (int64_t j = 0; j < row.col_count; ++j, w += row.channels) {
      const int64_t col = row.cols[j];
      if (!kInside && (q * row.stride_w + col < 0 || q * row.stride_w + col >= row.in_w)) continue;
      const T* const at = from + col * row.in_pixel;
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) {
        const Vec<T> weight = load_some<T, kWhole>(w + v * kLanes<T>, count);
#pragma GCC unroll 8
        for (int p = 0; p < kPixels; ++p)
          acc[p][v] += weight * load_some<T, kWhole>(at + p * step + v * kLanes<T>, count);
      }
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVecs; ++v) {
    const int64_t c = channel + v * kLanes<T>;
    Vec<T> bias{};
    if (epilogue.bias) bias = load_some<T, kWhole>(epilogue.bias + c, count);
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) {
      const int64_t to = (q + p) * row.out_pixel + c;
      Vec<T> value = acc[p][v] + bias;
      if (epilogue.residual) value += load_some<T, kWhole>(epilogue.residual + to, count);
      value = activate<T>(value, epilogue.activation);
      if constexpr (kWhole)
        store(y + to, value);
      else
        store_first(y + to, value, count);
    }
  }
}

template <class T, int kVecs, bool kWhole>
void channel_block(const DepthwiseRow<T>& row, const Epilogue<T>& epilogue, T* y, int64_t channel,
                   int count) {
  constexpr int kPixels = 4;
  const Range inner = inner_outputs(row, row.cols[0], row.cols[row.col_count - 1]);
  int64_t q = 0;
  for (; q < inner.begin; ++q)
    outputs<T, 1, kVecs, kWhole, false>(row, epilogue, y, q, channel, count);
  for (; q + kPixels <= inner.end; q += kPixels)
    outputs<T, kPixels, kVecs, kWhole, true>(row, epilogue, y, q, channel, count);
  for (; q < inner.end; ++q)
    outputs<T, 1, kVecs, kWhole, true>(row, epilogue, y, q, channel, count);
  for (; q < row.out_w; ++q)
    outputs<T, 1, kVecs, kWhole, false>(row, epilogue, y, q, channel, count);
}

template <class T>
void correlate_row(const DepthwiseRow<T>& row, const Epilogue<T>& epilogue, T* y) {
  constexpr int kStep = kLanes<T>;
  int64_t c = 0;
  for (; c + 2 * kStep <= row.channels; c += 2 * kStep)
    channel_block<T, 2, true>(row, epilogue, y, c, kStep);
  for (; c + kStep <= row.channels; c += kStep)
    channel_block<T, 1, true>(row, epilogue, y, c, kStep);
  if (c < row.channels)
    channel_block<T, 1, false>(row, epilogue, y, c, static_cast<int>(row.channels - c));
}

// Sum over the outputs that see window column `col`, in four chains.
template <class T, bool kWhole>
[[gnu::always_inline]] inline Vec<T> filter_sum(const DepthwiseRow<T>& row, const T* x, const T* dy,
                                                int64_t col, int count) {
  const Range range = inner_outputs(row, col, col);
  const int64_t step = row.stride_w * row.in_pixel;
  const T* from = x + col * row.in_pixel + range.begin * step;
  const T* g = dy + range.begin * row.out_pixel;
  Vec<T> sum[4]{};
  int64_t q = range.begin;
  for (; q + 4 <= range.end; q += 4) {
#pragma GCC unroll 4
    for (int p = 0; p < 4; ++p)
      sum[p] += load_some<T, kWhole>(g + p * row.out_pixel, count) *
                load_some<T, kWhole>(from + p * step, count);
    from += 4 * step;
    g += 4 * row.out_pixel;
  }
  for (; q < range.end; ++q, from += step, g += row.out_pixel)
    sum[0] += load_some<T, kWhole>(g, count) * load_some<T, kWhole>(from, count);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

template <class T>
void filter_grad_row(const DepthwiseRow<T>& row, const T* dy, T* const* sums) {
  for (int64_t c = 0; c < row.channels; c += kLanes<T>) {
    const int64_t left = row.channels - c;
    for (int64_t i = 0; i < row.row_count; ++i)
      for (int64_t j = 0; j < row.col_count; ++j) {
        T* const to = sums[i] + j * row.channels + c;
        const T* const x = row.rows[i] + c;
        if (left >= kLanes<T>) {
          store(to, load(to) + filter_sum<T, true>(row, x, dy + c, row.cols[j], kLanes<T>));
        } else {
          const int count = static_cast<int>(left);
          const Vec<T> sum = filter_sum<T, false>(row, x, dy + c, row.cols[j], count);
          store_first(to, load_first(to, count) + sum, count);
        }
      }
  }
}

}  // namespace

template <>
void depthwise_row<kSimd, float>(const DepthwiseRow<float>& row, const Epilogue<float>& epilogue,
                                 float* y) {
  correlate_row(row, epilogue, y);
}
template <>
void depthwise_row<kSimd, double>(const DepthwiseRow<double>& row, const Epilogue<double>& epilogue,
                                  double* y) {
  correlate_row(row, epilogue, y);
}
template <>
void depthwise_filter_grad_row<kSimd, float>(const DepthwiseRow<float>& row, const float* dy,
                                             float* const* sums) {
  filter_grad_row(row, dy, sums);
}
template <>
void depthwise_filter_grad_row<kSimd, double>(const DepthwiseRow<double>& row, const double* dy,
                                              double* const* sums) {
  filter_grad_row(row, dy, sums);
}

}  // namespace graft::cpu
