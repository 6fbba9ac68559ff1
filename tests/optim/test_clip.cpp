#include <doctest/doctest.h>

#include <cmath>

#include "graft/core/ops.h"
#include "graft/optim/clip.h"
#include "support/golden_lines.h"
#include "support/tensors.h"
#include "support/thread_count.h"

namespace graft::optim {
namespace {

NamedTensor with_gradient(const std::string& path, const Tensor& gradient) {
  Tensor parameter = Tensor::zeros(gradient.shape(), gradient.dtype());
  parameter.set_requires_grad(true).set_grad(gradient);
  return {path, parameter, false, Layout::Plain};
}

}  // namespace

TEST_CASE("clip_grad_norm: agrees with PyTorch, above and below the limit") {
  for (const auto& golden : testing::golden_lines("optim", "clip")) {
    const std::vector<NamedTensor> parameters{
        with_gradient("a", testing::formula_tensor("clip.grad.0", {8}, DType::F64)),
        with_gradient("b", testing::formula_tensor("clip.grad.1", {3}, DType::F64)),
        {"no gradient", Tensor::zeros({2}), false, Layout::Plain}};
    REQUIRE(golden.size() == 13);
    CHECK(clip_grad_norm(parameters, golden[0]) == doctest::Approx(golden[1]).epsilon(1e-14));
    for (size_t i = 0; i < 11; ++i) {
      const Tensor g = parameters[i < 8 ? 0 : 1].tensor.grad();
      CHECK(g.values<double>()[i < 8 ? i : i - 8] == doctest::Approx(golden[i + 2]).epsilon(1e-13));
    }
  }
}

TEST_CASE("grad_norm: f32 gradients are summed in f64, on any number of threads") {
  const auto norm = [](int threads) {
    const testing::ThreadCount scope(threads);
    return grad_norm({with_gradient("w", Tensor::full({300001}, 0.1))});
  };
  const double one = norm(1), three = norm(3);
  CHECK(one == three);
  CHECK(one == doctest::Approx(static_cast<double>(0.1f) * std::sqrt(300001.0)).epsilon(1e-13));
  CHECK(grad_norm({with_gradient("w", Tensor::full({4}, 3e38))}) == doctest::Approx(6e38));
}

TEST_CASE("grad_norm: NaN and infinity are named, and nothing is scaled") {
  for (const float bad : {NAN, INFINITY}) {
    const std::vector<NamedTensor> parameters{
        with_gradient("good", Tensor::full({2}, 5)),
        with_gradient("fc.weight", Tensor::from(std::vector<float>{1, bad}, {2}))};
    CHECK_THROWS_WITH_AS(clip_grad_norm(parameters, 1),
                         "grad_norm: gradient of 'fc.weight' [2] holds NaN or infinity", Error);
    CHECK(parameters[0].tensor.grad().values<float>()[0] == 5);
  }
}

TEST_CASE("clip_grad_norm: the limit must be positive") {
  CHECK_THROWS_WITH_AS(clip_grad_norm({}, 0), "clip_grad_norm: max_norm must be > 0, not 0", Error);
}

}  // namespace graft::optim
