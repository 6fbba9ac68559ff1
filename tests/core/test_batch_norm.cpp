#include <doctest/doctest.h>

#include <cmath>

#include "graft/core/allocator.h"
#include "graft/core/ops.h"
#include "graft/core/random.h"
#include "support/thread_count.h"

namespace graft {
namespace {

Tensor random(const Shape& shape, uint64_t sample, double scale = 1, double offset = 0,
              DType dtype = DType::F64) {
  RandomStream stream({7, Purpose::Draw, 0, sample});
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& v : values) v = offset + scale * static_cast<double>(stream.normal());
  return cast(Tensor::from(values, shape), dtype);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return max(abs(sub(a, b))).item();
}

// x, gamma, beta, residual that want gradients.
struct Operands {
  Tensor x, gamma, beta, residual;
  explicit Operands(const Shape& shape)
      : x(random(shape, 1, 2, 0.5)),
        gamma(random({shape.at(-1)}, 2, 0.3, 1)),
        beta(random({shape.at(-1)}, 3)),
        residual(random(shape, 4)) {
    for (Tensor* t : {&x, &gamma, &beta, &residual}) t->set_requires_grad(true);
  }
  std::vector<Tensor> all() const { return {x, gamma, beta, residual}; }
};

}  // namespace

TEST_CASE("batch_norm_train: normalises, and moves the running statistics as PyTorch does") {
  const Tensor x = Tensor::from(std::vector<float>{1, 10, 2, 20, 3, 30, 6, 40}, {2, 1, 2, 2});
  const Tensor gamma = Tensor::from(std::vector<float>{2, 1}, {2});
  const Tensor beta = Tensor::from(std::vector<float>{0, 5}, {2});
  Tensor running_mean = Tensor::zeros({2}), running_var = Tensor::full({2}, 1);
  const uint32_t version = running_mean.storage().version();
  const Tensor y = batch_norm_train(x, gamma, beta, running_mean, running_var, {});
  // Channel 0: mean 3, biased variance 3.5, unbiased 14/3; channel 1: mean 25, variance 125.
  const double r0 = 1 / std::sqrt(3.5 + 1e-5), r1 = 1 / std::sqrt(125 + 1e-5);
  const double expected[] = {-4 * r0, 5 - 15 * r1, -2 * r0, 5 - 5 * r1,
                             0,       5 + 5 * r1,  6 * r0,  5 + 15 * r1};
  for (size_t i = 0; i < 8; ++i)
    CHECK(static_cast<double>(y.values<float>()[i]) == doctest::Approx(expected[i]).epsilon(1e-6));
  CHECK(running_mean.values<float>()[0] == doctest::Approx(0.3));
  CHECK(running_mean.values<float>()[1] == doctest::Approx(2.5));
  CHECK(running_var.values<float>()[0] == doctest::Approx(0.9 + 0.1 * 14.0 / 3.0));
  CHECK(running_var.values<float>()[1] == doctest::Approx(0.9 + 0.1 * 500.0 / 3.0));
  CHECK(running_mean.storage().version() > version);
}

TEST_CASE("batch_norm_train: f32 statistics hold 1e-6 where the mean dwarfs the spread") {
  for (const int64_t channels : {3, 64, 300}) {
    const Tensor x64 = random({4, 40, 40, channels}, 9, 0.1, 10);
    const Tensor x = cast(x64, DType::F32);
    Tensor mean = Tensor::zeros({channels}), var = Tensor::zeros({channels});
    BatchNormParams params;
    params.momentum = 1;  // the running statistics become those of the batch
    batch_norm_train(x, Tensor::full({channels}, 1), Tensor::zeros({channels}), mean, var, params);
    const double rows = 4 * 40 * 40;
    const Tensor exact = cast(x, DType::F64);
    const Tensor exact_mean = mul(sum_to(exact, {channels}), 1 / rows);
    const Tensor exact_var =
        mul(sum_to(square(sub(exact, exact_mean)), {channels}), 1 / (rows - 1));
    CHECK(largest_difference(cast(mean, DType::F64), exact_mean) < 10 * 1.2e-7);
    CHECK(max(abs(sub(div(cast(var, DType::F64), exact_var), Tensor::full({}, 1, DType::F64))))
              .item() < 1e-6);
  }
}

TEST_CASE("batch_norm: the fused backward equals the formula, and the formula differentiates") {
  for (const Activation activation : {Activation::None, Activation::Relu, Activation::Relu6}) {
    for (const bool training : {true, false}) {
      const Operands in({3, 4, 5, 6});
      BatchNormParams params;
      params.activation = activation;
      const Tensor mean = random({6}, 5), var = add(square(random({6}, 6)), 0.5);
      const auto forward = [&] {
        return training ? batch_norm_train(in.x, in.gamma, in.beta, {}, {}, params, in.residual)
                        : batch_norm_eval(in.x, in.gamma, in.beta, mean, var, params, in.residual);
      };
      const Tensor cotangent = random({3, 4, 5, 6}, 8);
      const auto fused = gradients(forward(), in.all(), cotangent);
      const auto formula = gradients(forward(), in.all(), cotangent, {.create_graph = true});
      for (size_t i = 0; i < 4; ++i) CHECK(largest_difference(fused[i], formula[i]) < 1e-12);

      // The derivative of <dx, v> against a central difference along a random direction.
      const Tensor v = random({3, 4, 5, 6}, 10), direction = random({3, 4, 5, 6}, 11);
      const auto second = gradients(formula[0], {in.x}, v);
      const auto projected = [&](double step) {
        Tensor moved = add(in.x.detach(), mul(direction, step));
        moved.set_requires_grad(true);
        const Tensor y =
            training ? batch_norm_train(moved, in.gamma, in.beta, {}, {}, params, in.residual)
                     : batch_norm_eval(moved, in.gamma, in.beta, mean, var, params, in.residual);
        return sum(mul(gradients(y, {moved}, cotangent)[0], v)).item();
      };
      const double h = 1e-6, numeric = (projected(h) - projected(-h)) / (2 * h);
      const double exact = second[0].defined() ? sum(mul(second[0], direction)).item() : 0.0;
      CHECK(exact == doctest::Approx(numeric).epsilon(1e-5));
    }
  }
}

TEST_CASE("batch_norm_train: backward finds the side of a kink on which the result was") {
  for (const Activation activation : {Activation::Relu, Activation::Relu6}) {
    const double kink = activation == Activation::Relu6 ? 6 : 0;
    for (const int64_t channels : {3, 8, 24, 70, 1100}) {
      Tensor x = random({84, channels}, 1, 2, 0.5, DType::F32).set_requires_grad(true);
      Tensor gamma = random({channels}, 2, 0.3, 1, DType::F32).set_requires_grad(true);
      // The first row comes to the kink but for rounding: the last bit decides.
      const Tensor row =
          slice(batch_norm_train(x.detach(), gamma.detach(), Tensor::zeros({channels}), {}, {}, {}),
                0, 0, 1);
      Tensor beta = sub(Tensor::full({channels}, kink), reshape(row, {channels}));
      beta.set_requires_grad(true);
      BatchNormParams params;
      params.activation = activation;
      const auto forward = [&] { return batch_norm_train(x, gamma, beta, {}, {}, params); };
      const Tensor ones = Tensor::full({84, channels}, 1);
      const Tensor passed = activate_grad(ones, forward().detach(), activation);
      const auto fused = gradients(forward(), {x, beta}, ones);
      const auto formula = gradients(forward(), {x, beta}, ones, {.create_graph = true});
      CHECK(largest_difference(fused[1], sum_to(passed, {channels})) == 0);
      CHECK(largest_difference(fused[0], formula[0].detach()) < 1e-4);
    }
  }
}

TEST_CASE("batch_norm_train: a gradient that somebody holds is not overwritten") {
  const Operands in({6, 5});
  const Tensor cotangent = random({6, 5}, 8), before = cotangent.clone();
  const auto norm = [&] { return batch_norm_train(in.x, in.gamma, in.beta, {}, {}, {}); };
  const Tensor direct = gradients(norm(), {in.x}, cotangent)[0];
  CHECK(largest_difference(cotangent, before) == 0);
  const Tensor y = norm();
  const auto both = gradients(mul(y, 1.0), {y, in.x}, cotangent);
  CHECK(largest_difference(both[0], before) == 0);
  CHECK(largest_difference(both[1], direct) == 0);
}

TEST_CASE("batch_norm_eval: a running mean that moves before backward does no harm") {
  const Operands in({4, 3});
  Tensor mean = random({3}, 5), var = add(square(random({3}, 6)), 0.5);
  const Tensor cotangent = random({4, 3}, 8);
  const auto expected =
      gradients(batch_norm_eval(in.x, in.gamma, in.beta, mean, var, {}), in.all(), cotangent);
  const Tensor y = batch_norm_eval(in.x, in.gamma, in.beta, mean, var, {});
  mean.fill_(3);
  var.fill_(9);
  const auto got = gradients(y, in.all(), cotangent);
  for (size_t i = 0; i < 3; ++i) CHECK(largest_difference(got[i], expected[i]) == 0);
}

TEST_CASE("batch_norm_eval: stored statistics keep their bits") {
  const Operands in({4, 3});
  const Tensor mean = random({3}, 5), var = add(square(random({3}, 6)), 0.5);
  const Tensor mean_before = mean.clone(), var_before = var.clone();
  const uint32_t version = mean.storage().version();
  backward(sum(square(batch_norm_eval(in.x, in.gamma, in.beta, mean, var, {}))));
  CHECK(largest_difference(mean, mean_before) == 0);
  CHECK(largest_difference(var, var_before) == 0);
  CHECK(mean.storage().version() == version);
}

TEST_CASE("batch_norm: any number of threads gives the same bits") {
  const auto run = [](int threads) {
    const testing::ThreadCount scope(threads);
    Tensor x = random({6, 30, 30, 70}, 1, 2, 1, DType::F32).set_requires_grad(true);
    Tensor gamma = random({70}, 2, 1, 0, DType::F32).set_requires_grad(true);
    Tensor beta = random({70}, 3, 1, 0, DType::F32).set_requires_grad(true);
    Tensor mean = Tensor::zeros({70}), var = Tensor::zeros({70});
    BatchNormParams params;
    params.activation = Activation::Relu;
    const Tensor y = batch_norm_train(x, gamma, beta, mean, var, params);
    backward(y, y.detach());
    return std::vector<Tensor>{y.detach(), mean, var, x.grad(), gamma.grad(), beta.grad()};
  };
  const auto one = run(1), three = run(3);
  for (size_t i = 0; i < one.size(); ++i) CHECK(largest_difference(one[i], three[i]) == 0);
}

TEST_CASE("batch_norm: strided operands") {
  const Tensor x = transpose(random({4, 3, 5}, 1), 0, 1),
               residual = transpose(random({4, 3, 5}, 2), 0, 1);
  const Tensor gamma = random({5}, 3), beta = random({5}, 4);
  const Tensor strided = batch_norm_train(x, gamma, beta, {}, {}, {}, residual);
  const Tensor dense =
      batch_norm_train(contiguous(x), gamma, beta, {}, {}, {}, contiguous(residual));
  CHECK(largest_difference(strided, dense) == 0);
}

TEST_CASE("batch_norm_train: running statistics move together or, without memory, not at all") {
  const Operands operands({6, 3});
  Tensor mean = Tensor::zeros({3}, DType::F64), var = Tensor::full({3}, 1, DType::F64);
  Allocator& memory = allocator({});
  const size_t live = memory.stats().live;
  int failures = 0;
  for (bool done = false; !done; ++failures) {
    memory.set_budget(live + static_cast<size_t>(failures) * 8);
    try {
      batch_norm_train(operands.x, operands.gamma, operands.beta, mean, var, {});
      done = true;
    } catch (const Error& error) {
      memory.set_budget(kNoBudget);
      REQUIRE(error.kind() == ErrorKind::OutOfMemory);
      REQUIRE(max(abs(mean)).item() == 0);
      REQUIRE(max(abs(add(var, -1.0))).item() == 0);
    }
  }
  memory.set_budget(kNoBudget);
  CHECK(failures > 20);
  CHECK(max(abs(mean)).item() > 0);
  CHECK(max(abs(add(var, -1.0))).item() > 0);
}

TEST_CASE("batch_norm: errors name the operands") {
  const Tensor gamma = Tensor::full({3}, 1), x = Tensor::zeros({1, 1, 1, 3});
  CHECK_THROWS_WITH_AS(
      batch_norm_train(x, gamma, gamma, {}, {}, {}),
      "batch_norm_train: needs more than one value per channel, but x is [1, 1, 1, 3]", Error);
  CHECK_THROWS_WITH_AS(batch_norm_train(Tensor::zeros({4, 2}), gamma, gamma, {}, {}, {}),
                       "batch_norm_train: gamma, beta and statistics must be f32 [2] for x [4, 2], "
                       "not f32 [3]",
                       Error);
  CHECK_THROWS_WITH_AS(
      batch_norm_eval(Tensor::zeros({4, 3}), gamma, gamma, gamma, gamma, {}, Tensor::zeros({3})),
      "batch_norm_eval: residual f32 [3] for x f32 [4, 3]", Error);
}

}  // namespace graft
