// What cuDNN and cuBLASLt would be given. Neither is here; that they are given it is not shown.
#include <doctest/doctest.h>

#include <vector>

#include "cuda_emulator/emulated_device.h"
#include "graft/core/allocator.h"
#include "graft/core/device_backend.h"
#include "graft/core/ops.h"
#include "graft/core/stream.h"
#include "graft/kernels/cuda/library_operand.h"
#include "graft/kernels/cuda/products/matrix.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

struct Operand {
  Tensor base = to_device(Tensor::from(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {10}),
                          emulated_device());
  Workspace workspace{allocator(emulated_device()), current_stream(emulated_device())};
  KernelCtx ctx{current_stream(emulated_device()), workspace};

  // Elements `first`, `first` + `step` ... as a matrix of two rows and two columns.
  ConstView matrix(int64_t first, int64_t step) const {
    return {
        static_cast<const float*>(base.raw_data()) + first, {2, 2}, {2 * step, step}, DType::F32};
  }
  std::vector<float> read(const ConstView& x) const {
    Tensor values = Tensor::empty({2, 2}, DType::F32);
    require_backend(emulated_device()).download(values.raw_data(), x.data, 16, ctx.stream);
    return values_of(values);
  }
};

}  // namespace

TEST_CASE("a library reads an operand where it lies if that is dense and at 16 bytes") {
  Operand operand;
  for (const int64_t first : {0, 4}) {
    const ConstView x = operand.matrix(first, 1);
    CHECK(cuda::library_operand(operand.ctx, x).data == x.data);
    CHECK(cuda::library_readable(cuda::strided_matrix(x, false)));
  }
  CHECK_FALSE(cuda::library_operand(operand.ctx, {}));
}

TEST_CASE("what lies otherwise is copied") {
  Operand operand;
  const auto check_copy = [&](const ConstView& x, const std::vector<float>& values) {
    CHECK_FALSE(cuda::library_readable(cuda::strided_matrix(x, false)));
    const ConstView copy = cuda::library_operand(operand.ctx, x);
    CHECK(cuda::library_aligned(copy.data));
    CHECK(operand.read(copy) == values);
    CHECK(cuda::library_readable(cuda::dense_copy(operand.ctx, x, true)));
  };
  check_copy(operand.matrix(1, 1), {1, 2, 3, 4});
  check_copy(operand.matrix(3, 1), {3, 4, 5, 6});
  check_copy(operand.matrix(0, 2), {0, 2, 4, 6});
}

}  // namespace graft::testing
