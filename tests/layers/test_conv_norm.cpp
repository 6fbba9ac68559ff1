// Convolution and norm as one step: the fold equals the two layers, and threads change nothing.
#include "graft/layers/conv_norm.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/kernel_trace.h"
#include "graft/core/ops.h"
#include "graft/core/recording.h"
#include "support/numerics_scope.h"
#include "support/tensors.h"
#include "support/thread_count.h"

namespace {

using namespace graft;
using layers::ConvNormAct;
using testing::values_of;

Tensor input() { return testing::formula_tensor("x", {3, 29, 27, 16}); }

// In evaluation mode, after batches that moved the statistics.
std::unique_ptr<ConvNormAct> trained_block() {
  auto block = std::make_unique<ConvNormAct>(
      16, 40, 3, layers::Conv2dOptions{.stride = 2, .padding = 1}, Activation::Relu6);
  initialise(*block, 3);
  for (int i = 0; i < 3; ++i) (*block)(input());
  block->eval();
  return block;
}

}  // namespace

TEST_CASE(
    "conv norm: folded, the two layers agree with themselves apart and follow their tensors") {
  const auto block = trained_block();
  const Tensor x = input();
  const auto largest_difference = [&] {
    const std::vector<float> apart = values_of((*block)(x));  // gradients wanted: not folded
    const NoGrad no_grad;
    const std::vector<float> folded = values_of((*block)(x));
    REQUIRE(apart.size() == folded.size());
    float largest = 0;
    for (size_t i = 0; i < apart.size(); ++i)
      largest = std::max(largest, std::abs(apart[i] - folded[i]));
    return largest;
  };
  CHECK(largest_difference() <= 1e-5f);
  block->named_tensors()[1].tensor.fill_(0.25);  // the norm's weight
  CHECK(largest_difference() <= 1e-5f);
}

TEST_CASE("conv norm: a fold that is only recorded serves its recording, and nobody else") {
  const auto block = trained_block();
  const NoGrad no_grad;
  const Tensor x = input();
  Tensor recorded;
  Recording recording({}, [&] { recorded = (*block)(x); });
  const std::vector<float> eager = values_of((*block)(x));  // before anything recorded was computed
  recording.run();
  CHECK(values_of(recorded) == eager);
  block->named_tensors()[1].tensor.fill_(0.25);  // the norm's weight
  const std::vector<float> changed = values_of((*block)(x));
  CHECK(changed != eager);
  recording.run();
  CHECK(values_of(recorded) == changed);
}

TEST_CASE("conv norm: a training step is that of the two layers, without a pass for statistics") {
  struct Recorder final : KernelTrace {
    std::multiset<std::string> kernels;
    void on_kernel(const KernelCall& call) override { kernels.emplace(call.kernel); }
  };
  // Result, gradients and statistics.
  const auto step = [](bool as_one, Recorder& recorder) {
    const auto block = trained_block();
    block->train();
    std::map<std::string, Tensor> at;
    for (const NamedTensor& t : block->named_tensors()) at[t.path] = t.tensor;
    Tensor x = input();
    x.set_requires_grad(true);
    const TraceScope scope(recorder);
    const auto conv = [&] {
      return conv2d(x, at["0.weight"], {}, block->pair().params_for(x.shape()));
    };
    const Tensor y =
        as_one ? (*block)(x)
               : batch_norm_train(conv(), at["1.weight"], at["1.bias"], at["1.running_mean"],
                                  at["1.running_var"], {.activation = Activation::Relu6});
    backward(sum(square(y)));
    return std::vector<Tensor>{y.detach(),
                               x.grad(),
                               at["0.weight"].grad(),
                               at["1.weight"].grad(),
                               at["1.bias"].grad(),
                               at["1.running_mean"],
                               at["1.running_var"]};
  };
  Recorder one, two;
  const std::vector<Tensor> as_one = step(true, one), as_two = step(false, two);
  for (size_t i = 0; i < as_two.size(); ++i) {
    const double scale = max(abs(as_two[i])).item();
    CHECK(max(abs(sub(as_one[i], as_two[i]))).item() <= 1e-5 * scale);
  }
  CHECK(one.kernels.count("batch_norm_stats") == 0);
  CHECK(two.kernels.count("batch_norm_stats") == 1);
}

TEST_CASE("conv norm: frozen in bf16, unless exact or trained, and f32 again afterwards") {
  const auto block = trained_block();
  const Tensor x = input();
  const auto values = [&] {
    const NoGrad no_grad;
    return values_of((*block)(x));
  };
  const std::vector<float> full = values();
  {
    const testing::NumericsScope scope({.frozen = Precision::BF16});
    CHECK(values() == full);  // evaluated, but not frozen
    block->freeze();
    const std::vector<float> rounded = values();
    CHECK(rounded != full);
    for (size_t i = 0; i < full.size(); ++i) CHECK(std::abs(rounded[i] - full[i]) < 0.05f);
    CHECK(values_of((*block)(x)) == rounded);  // recording, but nothing to record
    const testing::NumericsScope exact({.exact = true});
    CHECK(values() == full);
  }
  CHECK(values() == full);
}

TEST_CASE("a frozen convolution rounds with an activation behind it and without") {
  layers::Conv2d conv(16, 16, 1);
  layers::initialise(conv, 1);
  conv.freeze();
  const Tensor x = testing::formula_tensor("x", {2, 5, 5, 16}), full = conv(x);
  const testing::NumericsScope scope({.frozen = Precision::BF16});
  const Tensor rounded = conv(x);
  CHECK_FALSE(testing::same_bits(rounded, full));
  CHECK(testing::same_bits(relu(rounded), conv.forward_activated(x, Activation::Relu)));
}

TEST_CASE("conv norm: one thread and four give the same bits") {
  const auto results = [](int threads) {
    const testing::ThreadCount scope(threads);
    const auto block = trained_block();
    std::vector<std::vector<float>> all;
    {
      const NoGrad no_grad;
      all.push_back(values_of((*block)(input())));  // folded
    }
    for (const bool training : {false, true}) {
      block->train(training);
      const Tensor x = input().set_requires_grad(true);
      const Tensor y = (*block)(x);
      backward(sum(square(y)));
      all.push_back(values_of(y));
      all.push_back(values_of(x.grad()));
      for (const NamedTensor& parameter : block->parameters())
        all.push_back(values_of(parameter.tensor.grad()));
    }
    return all;
  };
  CHECK(results(1) == results(4));
}

TEST_CASE("conv norm: many threads may use one fixed module at once") {
  const auto block = trained_block();
  const Tensor x = input();
  std::vector<std::vector<float>> found(4);
  std::vector<std::thread> threads;
  for (auto& result : found)
    threads.emplace_back([&] {
      const NoGrad no_grad;
      result = values_of((*block)(x));  // the first one in folds
    });
  for (std::thread& thread : threads) thread.join();
  const NoGrad no_grad;
  const std::vector<float> alone = values_of((*block)(x));
  for (const auto& result : found) CHECK(result == alone);
}
