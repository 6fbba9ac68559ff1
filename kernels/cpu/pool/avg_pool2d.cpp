// Average pooling and its gradient.
#include <algorithm>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/pool/chunk_rows.h"
#include "graft/kernels/cpu/pool/pool2d_windows.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/pool2d_axis.h"

namespace graft::cpu {
namespace {

template <class T>
void mean_windows(const ConstView& x, const View& y, const Pool2dParams& p) {
  const int64_t height = x.dim(1), width = x.dim(2), channels = x.dim(3);
  const int64_t out_h = y.dim(1), out_w = y.dim(2);
  const PoolAxis down = vertical(p, height, out_h), across = horizontal(p, width, out_w);
  // A window is the unit of work, not a row of them: pooling a whole image has one window.
  const int64_t taps = std::min(p.kernel_h, height) * std::min(p.kernel_w, width);
  parallel_ranges(
      y.dim(0) * out_h * out_w, rows_per_chunk(taps * channels), [&](int64_t begin, int64_t end) {
        with_simd([&]<SimdLevel kLevel>() {
          for (int64_t window = begin; window < end; ++window) {
            const int64_t ow = window % out_w, oh = window / out_w % out_h;
            const T* image = x.as<T>() + window / (out_w * out_h) * height * width * channels;
            window_mean<kLevel>(image, channels, {down.pixels(oh), across.pixels(ow), width},
                                static_cast<T>(down.count(oh) * across.count(ow)),
                                y.as<T>() + window * channels);
          }
        });
      });
}

// A pixel gathers from the windows that cover it, in their order: no two chunks share a pixel.
template <class T>
void spread_means(const ConstView& g, const View& dx, const Pool2dParams& p) {
  const int64_t height = dx.dim(1), width = dx.dim(2), channels = dx.dim(3);
  const int64_t out_h = g.dim(1), out_w = g.dim(2);
  const PoolAxis down = vertical(p, height, out_h), across = horizontal(p, width, out_w);
  parallel_ranges(
      dx.dim(0) * height, rows_per_chunk(width * channels), [&](int64_t begin, int64_t end) {
        with_simd([&]<SimdLevel kLevel>() {
          for (int64_t row = begin; row < end; ++row) {
            const T* windows = g.as<T>() + row / height * out_h * out_w * channels;
            const PixelRange rows = down.covering(row % height);
            for (int64_t w = 0; w < width; ++w) {
              T* out = dx.as<T>() + (row * width + w) * channels;
              std::fill_n(out, channels, T(0));
              const PixelRange columns = across.covering(w);
              for (int64_t oh = rows.begin; oh < rows.end; ++oh)
                for (int64_t ow = columns.begin; ow < columns.end; ++ow)
                  add_share<kLevel>(windows + (oh * out_w + ow) * channels, channels,
                                    static_cast<T>(down.count(oh) * across.count(ow)), out);
            }
          }
        });
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
