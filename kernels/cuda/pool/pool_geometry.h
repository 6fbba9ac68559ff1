// The windows of a pooling, on the device.
#pragma once

#include <cuda_runtime.h>

#include "graft/core/view.h"
#include "graft/kernels/pool2d_axis.h"

namespace graft::cuda {

struct PoolGeometry {
  int64_t images, channels;
  PoolAxis down, across;  ///< PoolAxis::size pixels, PoolAxis::windows windows

  __host__ __device__ int64_t pixels() const { return images * down.size * across.size * channels; }
  __host__ __device__ int64_t windows() const {
    return images * down.windows * across.windows * channels;
  }
};

/// Of images x[N,H,W,C] and windows y[N,OH,OW,C].
inline PoolGeometry pool_geometry(const ConstView& x, const ConstView& y,
                                  const Pool2dParams& params) {
  return {x.dim(0), x.dim(3), vertical(params, x.dim(1), y.dim(1)),
          horizontal(params, x.dim(2), y.dim(2))};
}

/// An element of a tensor [N, rows, columns, channels].
struct ImagePosition {
  int64_t image, row, column, channel;
};
__device__ inline ImagePosition image_position(int64_t element, int64_t rows, int64_t columns,
                                               int64_t channels) {
  const int64_t channel = element % channels, pixel = element / channels;
  return {pixel / (columns * rows), pixel / columns % rows, pixel % columns, channel};
}

}  // namespace graft::cuda
