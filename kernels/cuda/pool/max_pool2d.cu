// Max pooling and its gather and scatter by index. A thread an element; neighbouring threads take
// neighbouring channels, so every access is of whole lines.
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/cuda/pool/pool_geometry.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T>
__device__ void max_window(const T* x, T* y, int32_t* index, const PoolGeometry& g,
                           int64_t element) {
  const ImagePosition at = image_position(element, g.down.windows, g.across.windows, g.channels);
  const T* const image = x + at.image * g.down.size * g.across.size * g.channels + at.channel;
  const PixelRange rows = g.down.pixels(at.row), columns = g.across.pixels(at.column);
  int64_t best_pixel = rows.begin * g.across.size + columns.begin;
  Compute<T> best = widen(image[best_pixel * g.channels]);
  for (int64_t h = rows.begin; h < rows.end; ++h) {
    for (int64_t w = columns.begin; w < columns.end; ++w) {
      const int64_t pixel = h * g.across.size + w;
      const Compute<T> value = widen(image[pixel * g.channels]);
      // A NaN replaces every maximum, the first one excepted: that one stays.
      if (value > best || (value != value && best == best)) {
        best = value;
        best_pixel = pixel;
      }
    }
  }
  y[element] = narrow<T>(best);
  if (index) index[element] = static_cast<int32_t>(best_pixel);
}

template <class T>
__global__ void max_windows(const T* x, T* y, int32_t* index, PoolGeometry g) {
  for (GridStride i(g.windows()); i; i.next()) max_window(x, y, index, g, i.at);
}

template <class T>
__global__ void gather(const T* x, const int32_t* index, T* y, int64_t count, int64_t pixels,
                       int64_t windows, int64_t channels) {
  for (GridStride i(count); i; i.next()) {
    const int64_t image = i.at / (windows * channels), channel = i.at % channels;
    y[i.at] = x[(image * pixels + index[i.at]) * channels + channel];
  }
}

// The gradient of a pixel: the sum of the windows that chose it, in their order.
template <class T>
__device__ T chosen_sum(const T* g, const int32_t* index, const PoolGeometry& geometry,
                        int64_t element) {
  const PoolAxis &down = geometry.down, &across = geometry.across;
  const ImagePosition at = image_position(element, down.size, across.size, geometry.channels);
  const int64_t pixel = at.row * across.size + at.column;
  const PixelRange rows = down.covering(at.row), columns = across.covering(at.column);
  Compute<T> sum = 0;
  for (int64_t oh = rows.begin; oh < rows.end; ++oh) {
    for (int64_t ow = columns.begin; ow < columns.end; ++ow) {
      const int64_t window =
          ((at.image * down.windows + oh) * across.windows + ow) * geometry.channels + at.channel;
      if (index[window] == pixel) sum += widen(g[window]);
    }
  }
  return narrow<T>(sum);
}

template <class T>
__global__ void scatter_by_pixel(const T* g, const int32_t* index, T* dx, PoolGeometry geometry) {
  for (GridStride i(geometry.pixels()); i; i.next())
    dx[i.at] = chosen_sum(g, index, geometry, i.at);
}

// For an index of unknown origin: a thread a channel of an image, windows one after the other.
template <class T>
__global__ void scatter_in_order(const T* g, const int32_t* index, T* dx, int64_t images,
                                 int64_t pixels, int64_t windows, int64_t channels) {
  for (GridStride i(images * channels); i; i.next()) {
    const int64_t image = i.at / channels, channel = i.at % channels;
    T* const out = dx + image * pixels * channels + channel;
    for (int64_t pixel = 0; pixel < pixels; ++pixel) out[pixel * channels] = narrow<T>(0);
    for (int64_t w = 0; w < windows; ++w) {
      const int64_t window = (image * windows + w) * channels + channel;
      T& sum = out[index[window] * channels];
      sum = narrow<T>(widen(sum) + widen(g[window]));
    }
  }
}

}  // namespace

void max_pool2d(const KernelCtx& ctx, ConstView x, View y, View index, const Pool2dParams& params) {
  const ConstView dense = contiguous_operand(ctx, x);
  const PoolGeometry geometry = pool_geometry(x, y, params);
  with_floating("max_pool2d", x.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(geometry.windows()), max_windows<T>, dense.as<T>(), y.as<T>(),
           index.as<int32_t>(), geometry);
  });
}

void max_pool2d_gather(const KernelCtx& ctx, ConstView x, ConstView index, View y) {
  const ConstView dense = contiguous_operand(ctx, x), at = contiguous_operand(ctx, index);
  with_floating("max_pool2d_gather", x.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(y.numel()), gather<T>, dense.as<T>(), at.as<int32_t>(), y.as<T>(),
           y.numel(), x.dim(1) * x.dim(2), y.dim(1) * y.dim(2), x.dim(3));
  });
}

void max_pool2d_scatter(const KernelCtx& ctx, ConstView g, ConstView index, View dx,
                        const Pool2dParams* windows) {
  const ConstView dense = contiguous_operand(ctx, g), at = contiguous_operand(ctx, index);
  with_floating("max_pool2d_scatter", g.dtype, [&]<class T>(T) {
    if (windows) {
      const PoolGeometry geometry = pool_geometry(dx, g, *windows);
      launch(ctx, grid_for(geometry.pixels()), scatter_by_pixel<T>, dense.as<T>(), at.as<int32_t>(),
             dx.as<T>(), geometry);
    } else {
      launch(ctx, grid_for(dx.dim(0) * dx.dim(3)), scatter_in_order<T>, dense.as<T>(),
             at.as<int32_t>(), dx.as<T>(), dx.dim(0), dx.dim(1) * dx.dim(2), g.dim(1) * g.dim(2),
             dx.dim(3));
    }
  });
}

}  // namespace graft::cuda
