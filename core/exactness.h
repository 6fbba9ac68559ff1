// Whether kernels may choose algorithms that trade accuracy for speed.
#pragma once

namespace graft {

/// True: every sum is taken as it is written, term by term. False, as at the start: in f32 a kernel
/// may also choose an algorithm with a larger, stated error bound (Winograd's convolution). f64 is
/// always exact in this sense. One setting for the process; not while kernels run.
bool exact() noexcept;
void set_exact(bool on) noexcept;

}  // namespace graft
