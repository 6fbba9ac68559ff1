// The 4x4 tiles that the outputs of a correlation are cut into, image after image.
#pragma once

#include "graft/kernels/cpu/ceil_div.h"
#include "graft/kernels/cpu/product/correlation.h"
#include "graft/kernels/cpu/winograd/transforms.h"

namespace graft::cpu::winograd {

/// The first output of a tile.
struct TilePlace {
  int64_t image, row, col;
};

struct TileGrid {
  int64_t down, across, count;

  explicit TileGrid(const Correlation& c)
      : down(ceil_div(c.out_h, kOut)),
        across(ceil_div(c.out_w, kOut)),
        count(c.images * down * across) {}

  TilePlace place(int64_t tile) const {
    return {tile / (down * across), tile / across % down * kOut, tile % across * kOut};
  }
};

/// Addresses of the pixels of a square of `size` x `size` whose first one is at (row, col) of an
/// image; `zeros` stands for those outside.
inline void square_pixels(const float* image, int64_t height, int64_t width,
                          const ImageStrides& strides, int64_t row, int64_t col, int size,
                          const float* zeros, const float** pixels) {
  for (int64_t i = row; i < row + size; ++i)
    for (int64_t j = col; j < col + size; ++j) {
      const bool inside = i >= 0 && i < height && j >= 0 && j < width;
      *pixels++ = inside ? image + i * strides.row + j * strides.pixel : zeros;
    }
}

/// V of one tile, channels first..first+count-1: see transforms.h.
inline void input_tile(const Correlation& c, const TilePlace& at, const float* x,
                       const float* zeros, int64_t first, int64_t count, float* to, int64_t plane) {
  const float* pixels[kPlanes];
  square_pixels(x + at.image * c.in.image + first, c.in_h, c.in_w, c.in, at.row + c.rows[0],
                at.col + c.cols[0], kIn, zeros, pixels);
  with_simd([&]<SimdLevel kLevel>() { transform_input<kLevel>(pixels, count, to, plane); });
}

}  // namespace graft::cpu::winograd
