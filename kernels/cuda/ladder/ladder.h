// One product, written seven times: each step adds one idea to the step before it. For reading and
// for benchmarking beside cuBLASLt (`graft_bench --ladder`); the engine's own products run through
// products/product.h.
//
// C[m,n] = A[m,k] B[k,n], row-major without gaps. A step says what sizes it takes.
#pragma once

#include <cstdint>
#include <span>

#include "graft/core/dtype.h"
#include "graft/core/kernel_ctx.h"

namespace graft::cuda {

struct LadderOperands {
  const void* a;
  const void* b;
  void* c;  ///< f32 in every step
  int64_t m, n, k;
};

struct LadderStep {
  const char* name;
  const char* adds;  ///< the idea, in a line
  DType dtype;       ///< of A and B
  int min_compute;   ///< compute capability it needs, 10 * major + minor
  int64_t multiple;  ///< m, n and k have to be multiples of it
  void (*run)(const KernelCtx& ctx, const LadderOperands& operands);
};

/// In the order of the ideas. Steps that this build has no code for are left out.
std::span<const LadderStep> product_ladder();

void naive_product(const KernelCtx& ctx, const LadderOperands& operands);
void shared_memory_product(const KernelCtx& ctx, const LadderOperands& operands);
void register_blocked_product(const KernelCtx& ctx, const LadderOperands& operands);
void vectorised_product(const KernelCtx& ctx, const LadderOperands& operands);
void double_buffered_product(const KernelCtx& ctx, const LadderOperands& operands);
void tensor_core_product(const KernelCtx& ctx, const LadderOperands& operands);
void warpgroup_product(const KernelCtx& ctx, const LadderOperands& operands);

}  // namespace graft::cuda
