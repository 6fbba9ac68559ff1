#include "graft/kernels/cpu/conv/depthwise_rows.h"
#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Outputs of a row that have window columns first..last within the image: begin..end-1.
struct Range {
  int64_t begin, end;
};
template <class T>
Range inner_outputs(const DepthwiseRows<T>& of, int64_t first, int64_t last) {
  const int64_t s = of.stride_w, left = of.first_col + first * of.col_step;
  const int64_t right = of.in_w - 1 - (of.first_col + last * of.col_step);
  int64_t begin = left < 0 ? (-left + s - 1) / s : 0;
  int64_t end = right < 0 ? 0 : right / s + 1;
  if (end > of.out_w) end = of.out_w;
  if (begin > end) begin = end;
  return {begin, end};
}

template <class T, bool kWhole>
[[gnu::always_inline]] inline Vec<T> load_some(const T* from, int count) {
  if constexpr (kWhole) return load(from);
  return load_first(from, count);
}

// The window columns that an output sees: first..first+count-1.
struct Columns {
  int64_t first, count;
};
template <class T>
Columns columns_inside(const DepthwiseRows<T>& of, int64_t q) {
  const int64_t at = q * of.stride_w + of.first_col;
  int64_t first = 0, end = of.col_taps;
  while (first < end && at + first * of.col_step < 0) ++first;
  while (end > first && at + (end - 1) * of.col_step >= of.in_w) --end;
  return {first, end - first};
}

// A block of channels: kVecs vectors (kWhole) or the first `lanes` elements of one. Everything is a
// copy in a local object, so that no store into y can be taken for a change of it.
template <class T, int kVecs, bool kWhole>
struct ChannelBlock {
  DepthwiseRows<T> of;
  int lanes;
  Clamp<T> clamp;
  Vec<T> bias[kVecs];

  ChannelBlock(const DepthwiseRows<T>& all, const Epilogue<T>& epilogue, int64_t channel, int count)
      : of(all), lanes(count), clamp(epilogue.activation) {
    of.weights += channel;
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v)
      bias[v] = epilogue.bias ? get(epilogue.bias + channel, v) : Vec<T>{};
  }

  [[gnu::always_inline]] Vec<T> get(const T* from, int v) const {
    return load_some<T, kWhole>(from + v * kLanes<T>, lanes);
  }

  // kPixels neighbouring outputs, the first at y, from window rows x[i] + at, of which they see
  // some columns. kCols: how many, or 0 for any number.
  template <int kPixels, int kCols>
  [[gnu::always_inline]] void outputs(const T* const* x, int64_t at, const Columns& columns, T* y,
                                      const T* residual) const {
    Vec<T> acc[kPixels][kVecs]{};
    const int64_t count = kCols ? kCols : columns.count;
    const int64_t col_step = of.col_step * of.in_pixel, pixel = of.stride_w * of.in_pixel;
    at += columns.first * col_step;
    const T* w_row = of.weights + columns.first * of.channels;
    for (int64_t i = 0; i < of.row_taps; ++i, w_row += of.col_taps * of.channels) {
      if (!x[i]) continue;
      const T* from = x[i] + at;
      const T* w = w_row;
#pragma GCC unroll 3
      for (int64_t j = 0; j < count; ++j, from += col_step, w += of.channels)
#pragma GCC unroll 2
        for (int v = 0; v < kVecs; ++v) {
          const Vec<T> weight = get(w, v);
#pragma GCC unroll 4
          for (int p = 0; p < kPixels; ++p) acc[p][v] += weight * get(from + p * pixel, v);
        }
    }
#pragma GCC unroll 4
    for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 2
      for (int v = 0; v < kVecs; ++v) {
        const int64_t to = p * of.out_pixel + v * kLanes<T>;
        Vec<T> value = acc[p][v] + bias[v];
        if (residual) value += load_some<T, kWhole>(residual + to, lanes);
        value = clamp(value);
        if constexpr (kWhole)
          store(y + to, value);
        else
          store_first(y + to, value, lanes);
      }
  }
};

// All rows for one block of channels: neighbours read the same input, which the cache still has.
template <class T, int kCols, int kVecs, bool kWhole>
void channel_rows(const DepthwiseRows<T>& of, const Epilogue<T>& epilogue, T* y, int64_t channel,
                  int lanes) {
  constexpr int64_t kPixels = 4;
  const ChannelBlock<T, kVecs, kWhole> block(of, epilogue, channel, lanes);
  const Columns all{0, of.col_taps};
  const Range inner = inner_outputs(of, all.first, all.count - 1);
  const int64_t rows = of.rows, out_w = of.out_w;
  const T* const* x = of.x;
  for (int64_t r = 0; r < rows; ++r, x += block.of.row_taps) {
    const auto outputs = [&]<int kCount, int kColCount>(int64_t q, const Columns& columns) {
      const int64_t to = r * block.of.out_row + q * block.of.out_pixel + channel;
      const int64_t at = (q * block.of.stride_w + block.of.first_col) * block.of.in_pixel;
      block.template outputs<kCount, kColCount>(
          x, at + channel, columns, y + to, epilogue.residual ? epilogue.residual + to : nullptr);
    };
    const auto edges = [&](int64_t begin, int64_t end) {
      for (int64_t q = begin; q < end; ++q)
        outputs.template operator()<1, 0>(q, columns_inside(block.of, q));
    };
    edges(0, inner.begin);
    const int64_t last = inner.end - kPixels;
    if (last >= inner.begin)  // groups, of which the last two may overlap
      for (int64_t q = inner.begin; q < inner.end; q += kPixels)
        outputs.template operator()<kPixels, kCols>(q < last ? q : last, all);
    else
      for (int64_t q = inner.begin; q < inner.end; ++q)
        outputs.template operator()<1, kCols>(q, all);
    edges(inner.end, out_w);
  }
}

template <class T, int kCols>
void correlate_channels(const DepthwiseRows<T>& of, const Epilogue<T>& epilogue, T* y) {
  constexpr int kStep = kLanes<T>;
  int64_t c = 0;
  for (; c + 2 * kStep <= of.channels; c += 2 * kStep)
    channel_rows<T, kCols, 2, true>(of, epilogue, y, c, kStep);
  for (; c + kStep <= of.channels; c += kStep)
    channel_rows<T, kCols, 1, true>(of, epilogue, y, c, kStep);
  if (c < of.channels)  // little code for little work
    channel_rows<T, 0, 1, false>(of, epilogue, y, c, static_cast<int>(of.channels - c));
}

void correlate_rows(const DepthwiseRows<float>& of, const Epilogue<float>& epilogue, float* y) {
  switch (of.col_taps) {
    case 1:
      return correlate_channels<float, 1>(of, epilogue, y);
    case 2:
      return correlate_channels<float, 2>(of, epilogue, y);
    case 3:
      return correlate_channels<float, 3>(of, epilogue, y);
    default:
      return correlate_channels<float, 0>(of, epilogue, y);
  }
}

// Sum over the outputs that see window column `tap`, in four chains.
template <class T, bool kWhole>
[[gnu::always_inline]] inline Vec<T> filter_sum(const DepthwiseRows<T>& of, const T* x, const T* dy,
                                                int64_t tap, int count) {
  const Range range = inner_outputs(of, tap, tap);
  const int64_t step = of.stride_w * of.in_pixel;
  const T* from = x + (of.first_col + tap * of.col_step) * of.in_pixel + range.begin * step;
  const T* g = dy + range.begin * of.out_pixel;
  Vec<T> sum[4]{};
  int64_t q = range.begin;
  for (; q + 4 <= range.end; q += 4) {
#pragma GCC unroll 4
    for (int p = 0; p < 4; ++p)
      sum[p] += load_some<T, kWhole>(g + p * of.out_pixel, count) *
                load_some<T, kWhole>(from + p * step, count);
    from += 4 * step;
    g += 4 * of.out_pixel;
  }
  for (; q < range.end; ++q, from += step, g += of.out_pixel)
    sum[0] += load_some<T, kWhole>(g, count) * load_some<T, kWhole>(from, count);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

template <class T>
void filter_grad_rows(const DepthwiseRows<T>& of, const T* dy, T* sums) {
  for (int64_t c = 0; c < of.channels; c += kLanes<T>) {
    const int64_t left = of.channels - c;
    const int count = static_cast<int>(left);
    for (int64_t r = 0; r < of.rows; ++r) {
      const T* const g = dy + r * of.out_row + c;
      for (int64_t i = 0; i < of.row_taps; ++i) {
        const T* const x = of.x[r * of.row_taps + i];
        if (!x) continue;
        for (int64_t j = 0; j < of.col_taps; ++j) {
          T* const to = sums + (i * of.col_taps + j) * of.channels + c;
          if (left >= kLanes<T>)
            store(to, load(to) + filter_sum<T, true>(of, x + c, g, j, kLanes<T>));
          else
            store_first(to, load_first(to, count) + filter_sum<T, false>(of, x + c, g, j, count),
                        count);
        }
      }
    }
  }
}

}  // namespace

template <>
void depthwise_rows<kSimd, float>(const DepthwiseRows<float>& of, const Epilogue<float>& epilogue,
                                  float* y) {
  correlate_rows(of, epilogue, y);
}
template <>
void depthwise_filter_grad_rows<kSimd, float>(const DepthwiseRows<float>& of, const float* dy,
                                              float* sums) {
  filter_grad_rows(of, dy, sums);
}

#if GRAFT_SIMD_LEVEL == 0
template <>
void depthwise_rows<kSimd, double>(const DepthwiseRows<double>& of,
                                   const Epilogue<double>& epilogue, double* y) {
  correlate_channels<double, 0>(of, epilogue, y);
}
template <>
void depthwise_filter_grad_rows<kSimd, double>(const DepthwiseRows<double>& of, const double* dy,
                                               double* sums) {
  filter_grad_rows(of, dy, sums);
}
#endif

}  // namespace graft::cpu
