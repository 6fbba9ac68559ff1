// Maximum pooling of few channels, two columns of pixels to a window: a vector holds several
// windows.
#pragma once

#include "graft/kernels/cpu/pool/pool2d_windows.h"

namespace graft::cpu {

/// Has each window of the row two columns inside of the image that no other has? Else, and if the
/// channels fill a vector, the functions below are not for it.
template <SimdLevel kLevel>
bool narrow_windows_apply(int64_t channels, const WindowRow& row);

/// As window_maxima().
template <SimdLevel kLevel>
void narrow_maxima(const float* x, int64_t channels, const WindowRow& row, float* y,
                   int32_t* index);

/// As place_maxima().
template <SimdLevel kLevel>
void place_narrow_maxima(const float* g, const int32_t* index, int64_t channels,
                         const WindowRow& row, float* y);

}  // namespace graft::cpu
