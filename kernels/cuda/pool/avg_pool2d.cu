// Average pooling and its gradient.
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/cuda/pool/pool_geometry.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T>
__device__ T window_mean(const T* x, const PoolGeometry& g, int64_t element) {
  const ImagePosition at = image_position(element, g.down.windows, g.across.windows, g.channels);
  const T* const image = x + at.image * g.down.size * g.across.size * g.channels + at.channel;
  const PixelRange rows = g.down.pixels(at.row), columns = g.across.pixels(at.column);
  using Sum = Compute<T>;
  Sum sum = 0;
  // Rows first, then their sums: the error grows with the sides of a window, not with its area.
  for (int64_t h = rows.begin; h < rows.end; ++h) {
    Sum row = 0;
    for (int64_t w = columns.begin; w < columns.end; ++w)
      row += widen(image[(h * g.across.size + w) * g.channels]);
    sum += row;
  }
  return narrow<T>(sum / static_cast<Sum>(g.down.count(at.row) * g.across.count(at.column)));
}

template <class T>
__global__ void mean_windows(const T* x, T* y, PoolGeometry g) {
  for (GridStride i(g.windows()); i; i.next()) y[i.at] = window_mean(x, g, i.at);
}

// A pixel gathers from the windows that cover it, in their order.
template <class T>
__device__ T share_of_pixel(const T* g, const PoolGeometry& geometry, int64_t element) {
  const PoolAxis &down = geometry.down, &across = geometry.across;
  const ImagePosition at = image_position(element, down.size, across.size, geometry.channels);
  const PixelRange rows = down.covering(at.row), columns = across.covering(at.column);
  using Sum = Compute<T>;
  Sum sum = 0;
  for (int64_t oh = rows.begin; oh < rows.end; ++oh) {
    for (int64_t ow = columns.begin; ow < columns.end; ++ow) {
      const int64_t window =
          ((at.image * down.windows + oh) * across.windows + ow) * geometry.channels + at.channel;
      sum += widen(g[window]) / static_cast<Sum>(down.count(oh) * across.count(ow));
    }
  }
  return narrow<T>(sum);
}

template <class T>
__global__ void spread_means(const T* g, T* dx, PoolGeometry geometry) {
  for (GridStride i(geometry.pixels()); i; i.next()) dx[i.at] = share_of_pixel(g, geometry, i.at);
}

}  // namespace

void avg_pool2d(const KernelCtx& ctx, ConstView x, View y, const Pool2dParams& params) {
  const ConstView dense = contiguous_operand(ctx, x);
  const PoolGeometry geometry = pool_geometry(x, y, params);
  with_floating("avg_pool2d", x.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(geometry.windows()), mean_windows<T>, dense.as<T>(), y.as<T>(), geometry);
  });
}

void avg_pool2d_grad(const KernelCtx& ctx, ConstView g, View dx, const Pool2dParams& params) {
  const ConstView dense = contiguous_operand(ctx, g);
  const PoolGeometry geometry = pool_geometry(dx, g, params);
  with_floating("avg_pool2d_grad", g.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(geometry.pixels()), spread_means<T>, dense.as<T>(), dx.as<T>(), geometry);
  });
}

}  // namespace graft::cuda
