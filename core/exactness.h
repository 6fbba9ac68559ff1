// Whether kernels may choose algorithms that trade accuracy for speed.
#pragma once

namespace graft {

/// True: every sum is taken as it is written, term by term. False, as at the start: in f32 a kernel
/// may also choose an algorithm with a larger, stated error bound (Winograd's convolution). f64 is
/// always exact in this sense. One setting for the process; not while kernels run.
bool exact() noexcept;
void set_exact(bool on) noexcept;

/// Whether GPUs may round the factors of f32 products and convolutions to TF32, 10 bits after the
/// point, for speed. False at the start, and while exact(). One setting for the process.
bool tf32() noexcept;
void set_tf32(bool on) noexcept;

}  // namespace graft
