#include <doctest/doctest.h>

#include "graft/core/autocast.h"
#include "graft/core/ops.h"
#include "support/numerics_scope.h"

namespace graft {

TEST_CASE("autocast: scopes nest, and an empty one or f32 turns mixed precision off") {
  CHECK_FALSE(AutocastScope::current().has_value());
  {
    const AutocastScope outer(DType::BF16);
    CHECK(AutocastScope::current() == DType::BF16);
    {
      const AutocastScope inner(DType::F16);
      CHECK(AutocastScope::current() == DType::F16);
      const AutocastScope off({});
      CHECK_FALSE(AutocastScope::current().has_value());
      const AutocastScope again(DType::F16);
      const AutocastScope full(DType::F32);
      CHECK_FALSE(AutocastScope::current().has_value());
    }
    CHECK(AutocastScope::current() == DType::BF16);
  }
  CHECK_FALSE(AutocastScope::current().has_value());
  CHECK_THROWS_WITH_AS(AutocastScope(DType::F64), "autocast: needs f32, bf16 or f16, not f64",
                       Error);
}

TEST_CASE("autocast: where it cannot round, asking for it is an error") {
  const Device cuda{DeviceType::Cuda, 0};
  check_autocast(DType::F32, {});
  check_autocast(DType::BF16, cuda);
  CHECK_THROWS_WITH_AS(check_autocast(DType::F16, {}),
                       "autocast: f16 needs a GPU: kernels of the CPU compute in f32 and f64",
                       Error);
  CHECK_THROWS_WITH_AS(check_autocast(DType::I64, cuda),
                       "autocast: needs f32, bf16 or f16, not i64", Error);
  const testing::NumericsScope exact({.exact = true});
  check_autocast(DType::F32, cuda);
  CHECK_THROWS_WITH_AS(check_autocast(DType::BF16, cuda),
                       "autocast: bf16 rounds, which exact numerics forbid", Error);
}

TEST_CASE("autocast: the CPU computes as without, to the bit") {
  const Tensor x = Tensor::full({3, 4}, 0.1), w = Tensor::full({2, 4}, 0.3);
  const Tensor plain = linear(x, w, {});
  const AutocastScope scope(DType::BF16);
  const Tensor under = linear(x, w, {});
  CHECK(under.dtype() == DType::F32);
  CHECK(under.values<float>()[0] == plain.values<float>()[0]);
}

TEST_CASE("autocast: a product's activation is applied") {
  const Tensor x = Tensor::full({2, 4}, 0.5), w = Tensor::full({3, 4}, -0.25);
  const Tensor image = Tensor::full({1, 2, 2, 4}, 0.5), filter = Tensor::full({3, 1, 1, 4}, -0.25);
  const AutocastScope scope(DType::BF16);
  CHECK(linear(x, w, {}, Activation::Relu).values<float>()[0] == 0);
  CHECK(conv2d(image, filter, {}, {}, Activation::Relu).values<float>()[0] == 0);
}

}  // namespace graft
