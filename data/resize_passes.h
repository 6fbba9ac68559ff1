// The two inner loops of resize(), per instruction set. Internal to data/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graft/core/resample.h"

namespace graft::data {

/// For each output position the source positions it reads and their weights. A row of weights is
/// `stride` long, padded with zeros to a multiple of kTapGroup.
struct ResampleTable {
  static constexpr int64_t kTapGroup = 4;
  int64_t stride = 0;
  std::vector<ResampleAxis::Taps> taps;
  std::vector<int32_t> weights;

  int64_t size() const { return static_cast<int64_t>(taps.size()); }
  const ResampleAxis::Taps& taps_of(int64_t out) const { return taps[static_cast<size_t>(out)]; }
  const int32_t* weights_of(int64_t out) const { return weights.data() + out * stride; }
};

struct ResizePasses {
  /// `rows` rows: out[x,c] = sum over taps of in[first + k, c] * weight. A row of `in` begins
  /// `in_stride` bytes after the one before; those of `out` follow each other without gaps. Bytes
  /// of `in` may be read up to `end`.
  void (*horizontal)(const uint8_t* in, int64_t in_stride, const uint8_t* end, uint8_t* out,
                     int64_t rows, const ResampleTable& table, int64_t channels);
  /// All rows of `bytes`: out[y,i] = sum over taps of in[first + k, i] * weight; rows follow each
  /// other without gaps.
  void (*vertical)(const uint8_t* in, uint8_t* out, int64_t bytes, const ResampleTable& table);
};

/// Passes that run on any machine.
const ResizePasses& portable_resize_passes();
/// Passes of AVX2; null where the build lacks it or the level in use (core/simd_level.h) is below.
const ResizePasses* avx2_resize_passes();
/// Passes of AVX-512 with VBMI and VNNI; null where the build lacks them or they are not in use.
const ResizePasses* vnni_resize_passes();
/// The fastest of them.
const ResizePasses& best_resize_passes();

}  // namespace graft::data
