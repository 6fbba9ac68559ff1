#include "graft/core/recording.h"

#include <doctest/doctest.h>

#include "graft/core/autograd/backward.h"
#include "graft/core/ops.h"
#include "graft/core/optim_steps.h"
#include "graft/core/philox_words.h"
#include "graft/layers/batch_norm.h"
#include "support/error_text.h"
#include "support/tensors.h"

namespace graft {
namespace {

using testing::error_text;
using testing::formula_tensor;
using testing::same_bits;
using testing::values_of;

Tensor of(std::vector<float> values) {
  const auto count = static_cast<int64_t>(values.size());
  return Tensor::from(values, {count});
}

size_t live_bytes() { return allocator({}).stats().live; }

}  // namespace

TEST_CASE("a recording computes nothing until it runs, and then from the values of that time") {
  Tensor x = of({1, 2, 3}), y;
  Recording recording({}, [&] { y = neg(square(x)); });
  recording.run();
  CHECK(values_of(y) == std::vector<float>{-1, -4, -9});
  x.copy_(of({4, 5, 6}));
  CHECK(values_of(y) == std::vector<float>{-1, -4, -9});
  recording.run();
  CHECK(values_of(y) == std::vector<float>{-16, -25, -36});
}

TEST_CASE("a recorded forward and backward pass has the bits of an eager one") {
  const Tensor x = formula_tensor("x", {2, 6, 6, 3});
  Tensor w = formula_tensor("w", {4, 3, 3, 3}), b = formula_tensor("b", {4});
  Tensor head = formula_tensor("head", {5, 36});
  const Tensor labels = Tensor::from(std::vector<int64_t>{3, 1}, {2});
  for (Tensor* parameter : {&w, &b, &head}) parameter->set_requires_grad(true);
  const auto step = [&] {
    const Tensor features =
        max_pool2d(relu(conv2d(x, w, b, {.padding = symmetric_padding(1)})), {});
    const Tensor loss = cross_entropy(linear(reshape(features, {2, 36}), head, {}), labels);
    backward(loss);
    return loss;
  };
  const auto take_gradients = [&] {
    std::vector<Tensor> found;
    for (Tensor* parameter : {&w, &b, &head}) {
      found.push_back(parameter->grad());
      parameter->set_grad({});
    }
    return found;
  };
  Tensor loss;
  Recording recording({}, [&] { loss = step(); });
  const std::vector<Tensor> recorded = take_gradients();
  for (int round = 0; round < 2; ++round) {
    const Tensor expected = step();
    const std::vector<Tensor> gradients = take_gradients();
    recording.run();
    CHECK(same_bits(loss, expected));
    for (size_t i = 0; i < gradients.size(); ++i) CHECK(same_bits(recorded[i], gradients[i]));
    const NoGrad no_grad;
    w.copy_(mul(w, 0.5));
  }
}

TEST_CASE("a recording keeps its operands alive, and its results outlive it") {
  const size_t before = live_bytes();
  {
    Tensor y;
    {
      Recording recording({}, [&, x = of({1, 2})]() { y = mul(x, 3.0); });
      recording.run();
    }
    CHECK(values_of(y) == std::vector<float>{3, 6});
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("what nobody uses any more within a recording serves what comes later") {
  const Tensor x = Tensor::zeros({1000});
  const size_t before = live_bytes();
  Tensor y;
  const Recording recording({}, [&] {
    y = x;
    for (int i = 0; i < 100; ++i) y = neg(y);
  });
  CHECK(live_bytes() - before == 2 * 4000);
}

TEST_CASE("writes are seen, run by run, by whoever kept the tensor for backward") {
  Tensor x = of({1, 2});
  const Tensor source = of({5, 6});
  Recording recording({}, [&] { x.copy_(source); });
  Tensor w = of({1, 1});
  w.set_requires_grad(true);
  const Tensor loss = sum(mul(w, x));
  recording.run();
  CHECK(values_of(x) == std::vector<float>{5, 6});
  CHECK_THROWS_AS(backward(loss), Error);
}

TEST_CASE("a recorded batch norm moves its statistics and counts its batches in each run") {
  const Tensor x = formula_tensor("x", {4, 2, 2, 3});
  layers::BatchNorm2d eager(3), recorded(3);
  Recording recording({}, [&] { recorded(x); });
  for (int i = 0; i < 3; ++i) {
    eager(x);
    recording.run();
  }
  const auto expected = eager.named_tensors(), found = recorded.named_tensors();
  REQUIRE(expected.size() == 5);
  for (size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(expected[i].path);
    CHECK(same_bits(expected[i].tensor, found[i].tensor));
  }
  CHECK(found.back().tensor.item() == 3);
}

TEST_CASE("dropout draws under the key that is there in each run") {
  const Tensor x = formula_tensor("x", {5, 7});
  const auto key_of = [](uint32_t step) {
    return RandomKey{.seed = 2, .purpose = Purpose::Dropout, .round = step, .sample = 9};
  };
  Tensor key = philox_words(key_of(0)), y;
  Recording recording({}, [&] { y = dropout(x, 0.5, key, 9); });
  for (const uint32_t step : {1u, 2u, 1u}) {
    key.copy_(philox_words(key_of(step)));
    recording.run();
    CHECK(same_bits(y, dropout(x, 0.5, key_of(step))));
  }
}

TEST_CASE("labels are checked in each run") {
  const Tensor logits = formula_tensor("x", {2, 3});
  Tensor labels = Tensor::from(std::vector<int64_t>{0, 2}, {2});
  Recording recording({}, [&] { cross_entropy(logits, labels); });
  recording.run();
  labels.fill_(3);
  CHECK(error_text([&] { recording.run(); }) == "cross_entropy: labels[0] = 3 is not in 0..2");
}

TEST_CASE("what a recording cannot hold is refused, and leaves nothing behind") {
  const size_t before = live_bytes();
  const Tensor x = of({1, 2});
  CHECK(error_text([&] { Recording({}, [&] { sum(x).item(); }); }) ==
        "item: cannot be recorded: needs values on the host");
  CHECK(error_text([&] { Recording({}, [&] { dropout(x, 0.5, {}); }); }) ==
        "dropout: cannot be recorded: each run draws other random numbers");
  CHECK(error_text([&] { Recording({}, [&] { Recording({}, [] {}); }); }) ==
        "recording: one is being made on this thread");
  CHECK(error_text([&] {
          Recording(
              {}, [&] { neg(x); }, 7);
        }) == "neg: more memory than a recording may take for f32 [2]");
  CHECK(values_of(neg(x)) == std::vector<float>{-1, -2});  // not recorded
  CHECK(live_bytes() == before + x.bytes());
}

}  // namespace graft
