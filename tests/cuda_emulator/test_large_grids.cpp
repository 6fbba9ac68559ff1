// More of something than a grid may have blocks of.
#include <doctest/doctest.h>

#include <vector>

#include "cuda_emulator/emulated_device.h"
#include "graft/core/autograd/backward.h"
#include "graft/core/ops.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

constexpr int64_t kMostBlocks = 65535;  // across a grid's y and z

Tensor numbers(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1000);
  return to_device(Tensor::from(values, shape), emulated_device());
}

}  // namespace

TEST_CASE("a batch of more products than a grid is deep") {
  const Tensor a = numbers({kMostBlocks + 2, 1, 1});
  const Tensor product = matmul(a, a);
  CHECK(values_of(to_device(product, {})) == values_of(to_device(square(a), {})));
}

TEST_CASE("sums of more channels than blocks have warps") {
  const int64_t channels = (kMostBlocks + 1) * 8;
  const Tensor x = numbers({1, channels});
  Tensor scale = numbers({channels}), shift = numbers({channels});
  scale.set_requires_grad(true);
  shift.set_requires_grad(true);
  backward(layer_norm(x, scale, shift, 1e-5), x);
  CHECK(values_of(to_device(shift.grad(), {})) == values_of(to_device(x, {})));
}

}  // namespace graft::testing
