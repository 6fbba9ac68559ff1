#include <doctest/doctest.h>

#include "graft/core/autocast.h"
#include "graft/core/ops.h"

namespace graft {

TEST_CASE("autocast: scopes nest, and an empty one turns mixed precision off") {
  CHECK_FALSE(AutocastScope::current().has_value());
  {
    const AutocastScope outer(DType::BF16);
    CHECK(AutocastScope::current() == DType::BF16);
    {
      const AutocastScope inner(DType::F16);
      CHECK(AutocastScope::current() == DType::F16);
      const AutocastScope off({});
      CHECK_FALSE(AutocastScope::current().has_value());
    }
    CHECK(AutocastScope::current() == DType::BF16);
  }
  CHECK_FALSE(AutocastScope::current().has_value());
  CHECK_THROWS_WITH_AS(AutocastScope(DType::F64), "autocast: needs bf16 or f16, not f64", Error);
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
