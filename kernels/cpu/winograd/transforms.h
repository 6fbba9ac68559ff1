// Winograd's minimal filtering F(4x4, 3x3) after A. Lavin and S. Gray, "Fast Algorithms for
// Convolutional Neural Networks" (2015): a tile of 4x4 outputs costs 36 products a channel instead
// of 144.
//
//   Y = A^T [ sum over channels of (G g G^T) . (B^T d B) ] A
//
// d: the 6x6 inputs that the tile's windows see; g: a 3x3 filter; both transforms give 36 numbers,
// and the sums over channels are 36 products of matrices, one a *plane*. The interpolation points
// are 0, 1, -1, 2, -2 and infinity. A gradient goes the same way back:
//
//   dg = G^T [ sum over tiles of (B^T d B) . (A dY A^T) ] G
//
// Error. With u = 2^-24, K summed products and 24 for the roundings of the transforms, each result
// is certainly within
//
//   (K + 24) u |A^T| [ sum over channels of (|G| |g| |G^T|) . (|B^T| |d| |B|) ] |A|
//
// of the exact one (|M|: the magnitudes of M's elements), and likewise the gradient within
// (K + 24) u |G^T| [ sum over tiles of (|B^T| |d| |B|) . (|A| |dY| |A^T|) ] |G|. That is hundreds
// of times what is seen, as roundings cancel: errors are 4 to 6 times those of the direct sum of n
// products (n = 9 channels), and the tests hold them to
//
//   4 (8 + sqrt(n)) u S,  S the largest sum of the n products' magnitudes in the whole result.
//
// The vector kernels work on one tile, all channels at a time; planes are `plane` elements apart.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu::winograd {

inline constexpr int kTap = 3;               ///< extent of a filter
inline constexpr int kOut = 4;               ///< extent of a tile's outputs
inline constexpr int kIn = kOut + kTap - 1;  ///< extent of the inputs they see
inline constexpr int kPlanes = kIn * kIn;
inline constexpr int kTaps = kTap * kTap;

/// B^T d B of channels first..first+count-1 to `to`. `pixels` are those of d, row by row; those of
/// `next`, the tile to come, are fetched meanwhile. Writes whole vectors, zeros after the last
/// channel.
template <SimdLevel kLevel>
void transform_input(const float* const* pixels, const float* const* next, int64_t first,
                     int64_t count, float* to, int64_t plane);

/// A dY A^T, in the same way: `pixels` are the 16 of dY.
template <SimdLevel kLevel>
void transform_output_grad(const float* const* pixels, const float* const* next, int64_t first,
                           int64_t count, float* to, int64_t plane);

/// G g G^T, in the same way, of `count` filters side by side: `taps` are the 9 of g.
template <SimdLevel kLevel>
void transform_filter(const float* const* taps, int64_t count, float* to, int64_t plane);

/// Where a tile of results goes: its first pixel, and how many lie within the image.
struct OutputTile {
  float* y;
  int64_t row, pixel;  ///< elements between neighbours, in y and in the epilogue's residual
  int height, width;
  Epilogue<float> epilogue;  ///< its pointers are those of the first pixel and channel
};

/// act(A^T M A + bias + residual) of channels 0..count-1. Reads nothing beyond them.
template <SimdLevel kLevel>
void transform_output(const float* from, int64_t plane, int64_t count, const OutputTile& tile);

/// G^T dU G of channels 0..count-1 to the 9 `taps`.
template <SimdLevel kLevel>
void transform_filter_grad(const float* from, int64_t plane, int64_t count, float* const* taps);

}  // namespace graft::cpu::winograd
