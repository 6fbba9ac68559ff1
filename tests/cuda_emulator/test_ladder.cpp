// The steps of the ladder that need no tensor cores, against plain loops.
#include <doctest/doctest.h>

#include "cuda_emulator/emulated_device.h"
#include "graft/core/kernel_ctx.h"
#include "graft/core/ops.h"
#include "graft/core/stream.h"
#include "graft/kernels/cuda/ladder/ladder.h"
#include "support/tensors.h"

namespace graft::testing {

TEST_CASE("ladder: every step computes the product, of the sizes it takes") {
  const Device device = emulated_device();
  size_t steps = 0;
  for (const cuda::LadderStep& step : cuda::product_ladder()) {
    if (step.dtype != DType::F32) continue;
    ++steps;
    CAPTURE(std::string(step.name));
    const bool any_size = step.multiple == 1;
    const int64_t m = any_size ? 37 : 128, n = any_size ? 45 : 256, k = any_size ? 21 : 128;
    const Tensor a = formula_tensor("a", {m, k}), b = formula_tensor("b", {k, n});
    const Tensor on_device_a = to_device(a, device), on_device_b = to_device(b, device);
    const Tensor c = Tensor::full({m, n}, -1, DType::F32, device);
    const Stream stream = current_stream(device);
    Workspace workspace(allocator(device), stream);
    step.run(KernelCtx{stream, workspace},
             {on_device_a.raw_data(), on_device_b.raw_data(), c.raw_data(), m, n, k});
    const Tensor exact = matmul(cast(a, DType::F64), cast(b, DType::F64));
    const Tensor difference = abs(sub(cast(to_device(c, {}), DType::F64), exact));
    CHECK(max(difference).item() < 1e-5);
  }
  CHECK(steps == 5);
}

}  // namespace graft::testing
