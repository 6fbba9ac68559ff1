// correlate() with factors rounded to bf16.
#pragma once

#include "graft/kernels/cpu/product/bf16_panel.h"
#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

/// Pairs of a packed B of `taps` window positions with `channels` each: every position begins a
/// pair.
int64_t bf16_packed_size(int64_t taps, int64_t channels, int64_t columns);
/// Rounds and packs B, given as [columns][taps][channels]. Goes parallel over its blocks.
void bf16_pack(const float* from, int64_t taps, int64_t channels, int64_t columns, Bf16Pair* to);

/// As correlate(), of x rounded to bf16 and `packed`, per group of bf16_pack(). x is rounded as it
/// is read, into bands of bf16. An element of y is one chain of additions in the order of the
/// reduction: the same bits in every batch, on any number of threads, with or without AVX-512 BF16.
void bf16_correlate(const KernelCtx& ctx, const Correlation& c, const float* x,
                    const Bf16Pair* packed, const Epilogue<float>& epilogue, float* y);

}  // namespace graft::cpu
