// The 4x4 tiles that the outputs of a correlation are cut into, image after image.
#pragma once

#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cpu/product/correlation.h"
#include "graft/kernels/cpu/winograd/transforms.h"

namespace graft::cpu::winograd {

/// Tiles that one piece of work transforms.
inline constexpr int64_t kTilesTogether = 4;

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

/// Addresses of a square of `size` x `size` pixels of an image, the first one at (row, col);
/// `zeros` stands for those outside.
inline void square_pixels(const float* image, int64_t height, int64_t width,
                          const ImageStrides& strides, int64_t row, int64_t col, int size,
                          const float* zeros, const float** pixels) {
  for (int64_t i = row; i < row + size; ++i)
    for (int64_t j = col; j < col + size; ++j) {
      const bool inside = i >= 0 && i < height && j >= 0 && j < width;
      *pixels++ = inside ? image + i * strides.row + j * strides.pixel : zeros;
    }
}

/// Calls body(t, pixels, next) for tiles begin..end-1 with the addresses of the pixels of that tile
/// and of the one after it, as written by `pixels_of(place, addresses)`.
template <class PixelsOf, class Body>
void for_each_tile(const TileGrid& grid, int64_t begin, int64_t end, const PixelsOf& pixels_of,
                   const Body& body) {
  const float* squares[2][kPlanes];
  pixels_of(grid.place(begin), squares[begin % 2]);
  for (int64_t t = begin; t < end; ++t) {
    const float** const next = squares[(t + 1) % 2];
    pixels_of(grid.place(std::min(t + 1, grid.count - 1)), next);
    body(t, squares[t % 2], next);
  }
}

/// for_each_tile with the 6x6 pixels of x that a tile sees.
template <class Body>
void for_each_input(const Correlation& c, const TileGrid& grid, int64_t begin, int64_t end,
                    const float* x, const float* zeros, const Body& body) {
  const auto pixels_of = [&](const TilePlace& at, const float** pixels) {
    square_pixels(x + at.image * c.in.image, c.in_h, c.in_w, c.in, at.row + c.rows[0],
                  at.col + c.cols[0], kIn, zeros, pixels);
  };
  for_each_tile(grid, begin, end, pixels_of, body);
}

/// for_each_tile with the 4x4 pixels of a tile in what lies like y.
template <class Body>
void for_each_output(const Correlation& c, const TileGrid& grid, int64_t begin, int64_t end,
                     const float* y, const float* zeros, const Body& body) {
  const auto pixels_of = [&](const TilePlace& at, const float** pixels) {
    square_pixels(y + at.image * c.out.image, c.out_h, c.out_w, c.out, at.row, at.col, kOut, zeros,
                  pixels);
  };
  for_each_tile(grid, begin, end, pixels_of, body);
}

}  // namespace graft::cpu::winograd
