// The product every dense layer and convolution runs on: a panel of rows of A times packed columns.
//
//   C[tile rows][columns] = act(A B + bias + residual)
//
// A is read where it lies. Its reduction axis is a number of runs of contiguous elements at given
// offsets from the start of a row, so that a row of A may be a row of a matrix (one run) or the
// window of an output pixel in a padded image (one run per window row, and rows that overlap).
// B is packed (pack.h) or, beside a transposed A, read where it lies. The micro-kernel keeps a tile
// of C in registers over a stretch of the reduction, and starts from C when it continues: each
// element of C is one chain of multiply-adds in the order of the reduction, whatever the tile, the
// panel or the number of threads.
#pragma once

#include <cstdint>

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Largest tile of a level: 14 x 2 vectors where there are 32 registers, else 6 x 2. In f64, which
/// is for checking, 4 x 2 everywhere: sums enough to keep two units busy, and little code.
struct TileShape {
  int rows, columns;
};
template <class T>
constexpr TileShape tile_shape(SimdLevel level) {
  constexpr int kSize = static_cast<int>(sizeof(T));
  const auto rows = [](int of_f32) { return kSize == sizeof(double) ? 4 : of_f32; };
  if (level == SimdLevel::Avx512) return {rows(14), 128 / kSize};
  if (level == SimdLevel::Avx2) return {rows(6), 64 / kSize};
#if defined(__aarch64__)
  return {rows(14), 32 / kSize};
#else
  return {rows(6), 32 / kSize};
#endif
}

/// The first of a tile's rows on the far side of its gap.
constexpr int rows_before_gap(int rows) { return (rows + 1) / 2; }

/// Rows of A and C at a fixed distance from one another, except that before row rows_before_gap()
/// there may be a gap: so two rows of a small image make one tile. At most tile_shape().rows.
template <class T, class Factor = T>
struct Tile {
  const Factor* a;
  T* c;
  const T* residual;  ///< laid out like c, or null
  int rows;
  const Factor* next = nullptr;  ///< where this tile's part of the next panel's A lies, or null
  int64_t a_gap = 0;             ///< beyond a_stride; only if rows lie at a_stride
  int64_t c_gap = 0;             ///< beyond c_stride, in C and in the residual
};

/// How a tile's part of A lies in memory.
enum class LayoutA : uint8_t {
  Rows,        ///< rows at a_stride, the reduction along them in runs
  Transposed,  ///< entries of the reduction at a_stride, rows side by side; one run, no offsets
};

/// Entries of a reduction between two visits of a tile of C, about. Their packed columns come from
/// the level-2 cache in any case; with AVX-512 on Zen 5 products of 768 or 1024 entries take 3 to
/// 6 % less in one go than in two, 3x3 convolutions of 128 channels (1152) 1 %.
inline constexpr int64_t kPanelStretch = 1152;

/// Factor: what A and B consist of, if not T (bf16_panel.h).
template <class T, class Factor = T>
struct Panel {
  const Tile<T, Factor>* tiles = nullptr;
  int64_t tile_count = 0;
  int64_t a_stride = 0;  ///< in A, between what `layout` says
  int64_t c_stride = 0;  ///< between the rows of a tile, in C and in the residual
  static constexpr int64_t kNoOffset = 0;
  const int64_t* offsets = &kNoOffset;  ///< of each run from a row's start; unset: 0, for one run
  int64_t runs = 1;
  int64_t run = 0;            ///< elements of a run
  const Factor* b = nullptr;  ///< packed (pack.h), unless b_stride says otherwise
  int64_t b_depth = 0;        ///< rows of a packed B, of which
  int64_t b_begin = 0;        ///< the reduction's first is this one
  int64_t b_stride = 0;       ///< if not 0: B is not packed, its rows are so far apart, its columns
                              ///< whole vectors; only beside a transposed A
  int64_t columns = 0;
  const T* bias = nullptr;  ///< [columns] or null
  Activation activation = Activation::None;
  LayoutA layout = LayoutA::Rows;
  bool continued = false;  ///< start from C

  // The next panel's A and B are fetched into the caches meanwhile. Its A may lie otherwise than
  // this one's, which perhaps is a copy.
  int64_t next_stride = 0;                ///< as a_stride, where `tiles` say where A lies
  const int64_t* next_offsets = nullptr;  ///< as offsets
  int64_t next_b = 0;                     ///< from a B that is not packed to the next panel's
};

template <SimdLevel kLevel, class T>
void multiply_panel(const Panel<T>& panel);

}  // namespace graft::cpu
