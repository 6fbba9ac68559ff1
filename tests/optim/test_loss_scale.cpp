#include <doctest/doctest.h>

#include <limits>

#include "graft/optim/loss_scale.h"

namespace graft::optim {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

NamedTensor with_gradient(const std::string& path, const std::vector<float>& gradient) {
  const Shape shape{static_cast<int64_t>(gradient.size())};
  Tensor parameter = Tensor::zeros(shape);
  parameter.set_requires_grad(true).set_grad(Tensor::from(gradient, shape));
  return {path, parameter, false, Layout::Plain};
}

}  // namespace

TEST_CASE("loss scale: what the loss is multiplied by, the gradients are divided by") {
  LossScale scale({.initial = 1024});
  CHECK(scale.scaled(Tensor::full({}, 0.25)).item() == 256);
  const std::vector<NamedTensor> parameters{with_gradient("a", {1024, -512}),
                                            {"none", Tensor::zeros({2}), false, Layout::Plain}};
  CHECK(scale.unscale(parameters));
  CHECK(parameters[0].tensor.grad().values<float>()[0] == 1);
  CHECK(parameters[0].tensor.grad().values<float>()[1] == -0.5f);
}

TEST_CASE("loss scale: halves at infinity or NaN and drops all gradients of the step") {
  for (const float bad : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    LossScale scale;
    CHECK(scale.factor() == 65536);
    const std::vector<NamedTensor> parameters{with_gradient("a", {1}),
                                              with_gradient("b", {0, bad})};
    CHECK_FALSE(scale.unscale(parameters));
    CHECK(scale.factor() == 32768);
    CHECK_FALSE(parameters[0].tensor.grad().defined());
    CHECK_FALSE(parameters[1].tensor.grad().defined());
  }
}

TEST_CASE("loss scale: gradients that are not finite at any factor are an error, no standstill") {
  LossScale scale({.initial = 8, .smallest = 2});
  const auto step = [&] { return scale.unscale({with_gradient("a", {kInfinity})}); };
  CHECK_FALSE(step());
  CHECK_FALSE(step());
  CHECK_THROWS_WITH_AS(
      step(), "loss scale: gradients hold NaN or infinity at every factor down to 2", Error);
}

TEST_CASE("loss scale: doubles after as many finite steps in a row as the interval has") {
  LossScale scale({.initial = 8, .interval = 3});
  const auto step = [&](float gradient) { scale.unscale({with_gradient("a", {gradient})}); };
  step(1), step(1);
  CHECK(scale.factor() == 8);
  step(kInfinity);  // counts from the start again
  CHECK(scale.factor() == 4);
  step(1), step(1);
  CHECK(scale.factor() == 4);
  step(1);
  CHECK(scale.factor() == 8);

  step(1);
  LossScale resumed({.initial = 8, .interval = 3});
  resumed.restore(scale.factor(), scale.steps());
  for (int i = 0; i < 2; ++i) CHECK(resumed.unscale({with_gradient("a", {1})}));
  CHECK(resumed.factor() == 16);
}

TEST_CASE("loss scale: refuses what is out of its domain, by name") {
  CHECK_THROWS_WITH_AS(LossScale({.initial = 0}), "loss scale: initial factor must be > 0, not 0",
                       Error);
  CHECK_THROWS_WITH_AS(LossScale({.growth = 0.5}), "loss scale: growth must be >= 1, not 0.5",
                       Error);
  CHECK_THROWS_WITH_AS(LossScale({.backoff = 0}), "loss scale: backoff must be in (0, 1], not 0",
                       Error);
  CHECK_THROWS_WITH_AS(LossScale({.interval = 0}), "loss scale: interval must be > 0, not 0",
                       Error);
  CHECK_THROWS_WITH_AS(LossScale({.smallest = 0}), "loss scale: smallest factor must be > 0, not 0",
                       Error);
  LossScale scale;
  CHECK_THROWS_WITH_AS(scale.restore(kInfinity, 0),
                       "loss scale: cannot restore factor inf after 0 steps", Error);
}

}  // namespace graft::optim
