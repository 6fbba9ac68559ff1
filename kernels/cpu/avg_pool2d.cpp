// Average pooling and its gradient, vectorised over channels.
#include <algorithm>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/pool2d_window.h"

namespace graft::cpu {
namespace {

constexpr int64_t kBlock = 64;  // channels whose sums stay in the first-level cache

// One axis of the pooling: kernel, stride and padding over `size` pixels and `windows` windows.
struct Axis {
  int64_t kernel, stride, before, after, size, windows;
  bool count_padding;

  PixelRange pixels(int64_t window) const { return clip(padded(window), size); }
  /// Pixels by which the window divides.
  int64_t count(int64_t window) const {
    const PixelRange range = count_padding ? padded(window) : pixels(window);
    return range.end - range.begin;
  }
  /// Windows that read `pixel`.
  PixelRange covering(int64_t pixel) const {
    const int64_t first = pixel + before - kernel + 1;
    return {first <= 0 ? 0 : (first + stride - 1) / stride,
            std::min((pixel + before) / stride + 1, windows)};
  }

 private:
  PixelRange padded(int64_t window) const {
    return padded_window(window, kernel, stride, before, after, size);
  }
};

Axis vertical(const Pool2dParams& p, int64_t size, int64_t windows) {
  return {p.kernel_h, p.stride_h, p.padding.top, p.padding.bottom, size, windows, p.count_padding};
}
Axis horizontal(const Pool2dParams& p, int64_t size, int64_t windows) {
  return {p.kernel_w, p.stride_w, p.padding.left, p.padding.right, size, windows, p.count_padding};
}

// Mean of `lanes` channels over a window: rows are summed first, then their sums, so that the
// error grows with the sides of a large window and not with its area.
template <class T>
void window_mean(const T* x, int64_t width, int64_t channels, PixelRange rows, PixelRange columns,
                 int64_t lanes, T count, T* y) {
  T total[kBlock] = {};
  for (int64_t h = rows.begin; h < rows.end; ++h) {
    T row[kBlock] = {};
    for (int64_t w = columns.begin; w < columns.end; ++w) {
      const T* in = x + (h * width + w) * channels;
      for (int64_t c = 0; c < lanes; ++c) row[c] += in[c];
    }
    for (int64_t c = 0; c < lanes; ++c) total[c] += row[c];
  }
  for (int64_t c = 0; c < lanes; ++c) y[c] = total[c] / count;
}

template <class T>
void mean_windows(const ConstView& x, const View& y, const Pool2dParams& p) {
  const int64_t width = x.dim(2), channels = x.dim(3), out_h = y.dim(1), out_w = y.dim(2);
  const Axis down = vertical(p, x.dim(1), out_h), across = horizontal(p, width, out_w);
  const int64_t blocks = (channels + kBlock - 1) / kBlock;
  // A window is the unit of work, not a row of them: pooling a whole image has one window.
  const int64_t taps = std::min(p.kernel_h * p.kernel_w, x.dim(1) * width);
  parallel_ranges(
      y.dim(0) * out_h * out_w * blocks, rows_per_chunk(taps * std::min(channels, kBlock)),
      [&](int64_t begin, int64_t end) {
        for (int64_t unit = begin; unit < end; ++unit) {
          const int64_t first = unit % blocks * kBlock, window = unit / blocks;
          const int64_t ow = window % out_w, oh = window / out_w % out_h;
          const T* image = x.as<T>() + window / (out_w * out_h) * x.dim(1) * width * channels;
          window_mean(image + first, width, channels, down.pixels(oh), across.pixels(ow),
                      std::min(kBlock, channels - first),
                      static_cast<T>(down.count(oh) * across.count(ow)),
                      y.as<T>() + window * channels + first);
        }
      });
}

template <class T>
void spread_means(const ConstView& g, const View& dx, const Pool2dParams& p) {
  const int64_t height = dx.dim(1), width = dx.dim(2), channels = dx.dim(3);
  const int64_t out_h = g.dim(1), out_w = g.dim(2);
  const Axis down = vertical(p, height, out_h), across = horizontal(p, width, out_w);
  parallel_ranges(
      dx.dim(0) * height, rows_per_chunk(width * channels), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t image = row / height;
          const PixelRange rows = down.covering(row % height);
          for (int64_t w = 0; w < width; ++w) {
            T* out = dx.as<T>() + (row * width + w) * channels;
            std::fill_n(out, channels, T(0));
            const PixelRange columns = across.covering(w);
            for (int64_t oh = rows.begin; oh < rows.end; ++oh) {
              for (int64_t ow = columns.begin; ow < columns.end; ++ow) {
                const T* in = g.as<T>() + ((image * out_h + oh) * out_w + ow) * channels;
                const T count = static_cast<T>(down.count(oh) * across.count(ow));
                for (int64_t c = 0; c < channels; ++c) out[c] += in[c] / count;
              }
            }
          }
        }
      });
}

}  // namespace

void avg_pool2d(const KernelCtx& ctx, ConstView x, View y, const Pool2dParams& params) {
  x = contiguous_operand(ctx, x);
  with_float("avg_pool2d", x.dtype, [&]<class T>(T) { mean_windows<T>(x, y, params); });
}

void avg_pool2d_grad(const KernelCtx& ctx, ConstView g, View dx, const Pool2dParams& params) {
  g = contiguous_operand(ctx, g);
  with_float("avg_pool2d_grad", g.dtype, [&]<class T>(T) { spread_means<T>(g, dx, params); });
}

}  // namespace graft::cpu
