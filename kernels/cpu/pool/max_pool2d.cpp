// Max pooling and its gather and scatter by index.
#include <algorithm>

#include "graft/core/ceil_div.h"
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
void max_windows(const ConstView& x, const View& y, const View& index, const Pool2dParams& p) {
  const int64_t height = x.dim(1), width = x.dim(2), channels = x.dim(3);
  const int64_t out_h = y.dim(1), out_w = y.dim(2);
  const PoolAxis down = vertical(p, height, out_h), across = horizontal(p, width, out_w);
  parallel_ranges(
      y.dim(0) * out_h, rows_per_chunk(out_w * channels), [&](int64_t begin, int64_t end) {
        with_simd([&]<SimdLevel kLevel>() {
          for (int64_t row = begin; row < end; ++row) {
            const T* image = x.as<T>() + row / out_h * height * width * channels;
            const int64_t out = row * out_w * channels;
            window_maxima<kLevel>(image, channels,
                                  {down.pixels(row % out_h), -across.before, across.stride,
                                   across.kernel, out_w, width},
                                  y.as<T>() + out, index ? index.as<int32_t>() + out : nullptr);
          }
        });
      });
}

// Windows inside of the image, one beside the other.
bool share_no_pixel(const Pool2dParams& p) {
  return p.stride_h == p.kernel_h && p.stride_w == p.kernel_w && p.padding == Padding2d{} &&
         !p.ceil_mode;
}

// The scatter of such windows writes each pixel once.
template <class T>
void place_windows(const ConstView& g, const ConstView& index, const View& dx,
                   const Pool2dParams& p) {
  const int64_t height = dx.dim(1), channels = dx.dim(3), line = dx.dim(2) * channels;
  const int64_t out_h = g.dim(1), out_w = g.dim(2), covered = out_w * p.kernel_w * channels;
  parallel_ranges(
      dx.dim(0) * out_h, rows_per_chunk(p.kernel_h * line), [&](int64_t begin, int64_t end) {
        with_simd([&]<SimdLevel kLevel>() {
          for (int64_t row = begin; row < end; ++row) {
            T* const image = dx.as<T>() + row / out_h * height * line;
            const int64_t first = row % out_h * p.kernel_h, from = row * out_w * channels;
            const PixelRange rows{first, first + p.kernel_h};
            place_maxima<kLevel>(g.as<T>() + from, index.as<int32_t>() + from, channels,
                                 {rows, 0, p.stride_w, p.kernel_w, out_w, dx.dim(2)}, image);
            for (int64_t h = rows.begin; h < rows.end; ++h)
              std::fill(image + h * line + covered, image + (h + 1) * line, T(0));
            if (row % out_h == out_h - 1)
              std::fill(image + rows.end * line, image + height * line, T(0));
          }
        });
      });
}

// Runs body(image, first channel, last channel) over blocks that no two chunks share: overlapping
// windows of one channel are then added in one fixed order.
template <class Body>
void for_channel_blocks(int64_t images, int64_t channels, const Body& body) {
  constexpr int64_t kBlock = 64;
  const int64_t blocks = ceil_div(channels, kBlock);
  parallel_for(images * blocks, [&](int64_t chunk, int) {
    const int64_t first = chunk % blocks * kBlock;
    body(chunk / blocks, first, std::min(first + kBlock, channels));
  });
}

void check_pixel(const char* kernel, int32_t pixel, int64_t pixels) {
  check(pixel >= 0 && pixel < pixels, ErrorKind::Argument, kernel, ": index ", pixel,
        " is outside of an image of ", pixels, " pixels");
}

}  // namespace

void max_pool2d(const KernelCtx& ctx, ConstView x, View y, View index, const Pool2dParams& params) {
  x = contiguous_operand(ctx, x);
  with_float("max_pool2d", x.dtype, [&]<class T>(T) { max_windows<T>(x, y, index, params); });
}

void max_pool2d_gather(const KernelCtx& ctx, ConstView x, ConstView index, View y) {
  x = contiguous_operand(ctx, x), index = contiguous_operand(ctx, index);
  const int64_t channels = x.dim(3), pixels = x.dim(1) * x.dim(2), windows = y.dim(1) * y.dim(2);
  with_float("max_pool2d_gather", x.dtype, [&]<class T>(T) {
    for_channel_blocks(x.dim(0), channels, [&](int64_t image, int64_t first, int64_t last) {
      const T* in = x.as<T>() + image * pixels * channels;
      for (int64_t window = image * windows; window < (image + 1) * windows; ++window) {
        const int32_t* at = index.as<int32_t>() + window * channels;
        T* out = y.as<T>() + window * channels;
        for (int64_t c = first; c < last; ++c) {
          check_pixel("max_pool2d_gather", at[c], pixels);
          out[c] = in[at[c] * channels + c];
        }
      }
    });
  });
}

void max_pool2d_scatter(const KernelCtx& ctx, ConstView g, ConstView index, View dx,
                        const Pool2dParams* params) {
  g = contiguous_operand(ctx, g), index = contiguous_operand(ctx, index);
  if (params && share_no_pixel(*params)) {
    with_float("max_pool2d_scatter", g.dtype,
               [&]<class T>(T) { place_windows<T>(g, index, dx, *params); });
    return;
  }
  const int64_t channels = g.dim(3), pixels = dx.dim(1) * dx.dim(2), windows = g.dim(1) * g.dim(2);
  with_float("max_pool2d_scatter", g.dtype, [&]<class T>(T) {
    for_channel_blocks(dx.dim(0), channels, [&](int64_t image, int64_t first, int64_t last) {
      T* const out = dx.as<T>() + image * pixels * channels;
      if (last - first == channels)
        std::fill_n(out, pixels * channels, T(0));
      else
        for (int64_t pixel = 0; pixel < pixels; ++pixel)
          std::fill(out + pixel * channels + first, out + pixel * channels + last, T(0));
      const int64_t from = image * windows * channels;
      const int32_t* const outside = with_simd([&]<SimdLevel kLevel>() {
        return scatter_add<kLevel>(g.as<T>() + from, index.as<int32_t>() + from, windows, channels,
                                   first, last, pixels, out);
      });
      if (outside) check_pixel("max_pool2d_scatter", *outside, pixels);
    });
  });
}

}  // namespace graft::cpu
