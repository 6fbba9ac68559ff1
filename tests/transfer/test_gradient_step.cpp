#include "graft/transfer/training/gradient_step.h"

#include <doctest/doctest.h>

#include <utility>

#include "graft/core/ops.h"
#include "graft/core/text.h"
#include "graft/layers/batch_norm.h"
#include "graft/layers/conv2d.h"
#include "graft/layers/conv_norm.h"
#include "graft/layers/dropout.h"
#include "graft/layers/init.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "support/error_text.h"
#include "support/tensors.h"

namespace graft::transfer {
namespace {

using layers::Sequential;
using testing::formula_tensor;
using testing::same_bits;

std::unique_ptr<Sequential> network(double dropout = 0) {
  auto made = std::make_unique<Sequential>();
  made->add<layers::ConvNormAct>(3, 3, 1, layers::Conv2dOptions{}, Activation::Relu);
  made->add<layers::Conv2d>(3, 8, 3);
  made->add<layers::BatchNorm2d>(8);
  made->add<layers::Relu>();
  made->add<layers::GlobalAvgPool2d>();
  if (dropout > 0) made->add<layers::Dropout>(dropout);
  made->add<layers::Linear>(8, 4);
  layers::initialise(*made, 3);
  made->train();
  return made;
}

GradientStep step_of(layers::Module& module) {
  return GradientStep(module, [&module](const Tensor& input, const Tensor& labels) {
    return cross_entropy(module(input), labels);
  });
}

Tensor images(const std::string& name, int64_t count) {
  return formula_tensor(name, {count, 6, 6, 3});
}
Tensor labels_for(int64_t count, int64_t first) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < count; ++i) values.push_back((first + i) % 4);
  return Tensor::from(values, {count});
}

// As Network::begin_training_step() does.
void begin_step(Sequential& module, uint32_t step) {
  module.for_each_module([step](const std::string& path, layers::Module& each) {
    each.begin_step({1, Purpose::Dropout, step, fnv1a(path)});
  });
}

// One batch on two networks: one that may record, one that may not.
class Twins {
 public:
  explicit Twins(double dropout = 0) : one_(network(dropout)), other_(network(dropout)) {
    eager_.set_recording(false);
  }

  void run(const Tensor& input, const Tensor& labels) {
    const Tensor expected = eager_(input, labels), found = recording_(input, labels);
    CHECK(same_bits(found, expected));
    const auto left = one_->named_tensors(), right = other_->named_tensors();
    REQUIRE(left.size() == right.size());
    for (size_t i = 0; i < left.size(); ++i) {
      CAPTURE(left[i].path);
      CHECK(same_bits(left[i].tensor, right[i].tensor));
      const Tensor a = left[i].tensor.grad(), b = right[i].tensor.grad();
      REQUIRE(a.defined() == b.defined());
      if (a.defined()) CHECK(same_bits(a, b));
    }
  }
  template <class Change>
  void change(const Change& change) {
    change(*one_);
    change(*other_);
  }
  std::string note() const { return recording_.note(); }

 private:
  std::unique_ptr<Sequential> one_, other_;
  GradientStep recording_ = step_of(*one_), eager_ = step_of(*other_);
};

}  // namespace

TEST_CASE("recorded steps have the bits of eager ones, batch after batch") {
  Twins twins;
  twins.run(images("a", 4), labels_for(4, 0));
  CHECK(twins.note() == "no batch of one shape came twice in a row");
  for (const char* name : {"b", "c", "d"}) twins.run(images(name, 4), labels_for(4, 1));
  CHECK(twins.note() == "recorded");
  twins.run(images("e", 3), labels_for(3, 2));  // the end of an epoch
  twins.run(images("f", 4), labels_for(4, 3));
  CHECK(twins.note() == "recorded");
}

TEST_CASE("recorded steps follow what is frozen, thawed and written to") {
  Twins twins;
  const auto three_batches = [&] {
    for (const char* name : {"a", "b", "c"}) twins.run(images(name, 4), labels_for(4, 1));
    CHECK(twins.note() == "recorded");
  };
  three_batches();
  twins.change([](Sequential& s) { s.at("1").freeze(); });
  three_batches();
  twins.change([](Sequential& s) { s.at("2").freeze(layers::FrozenStatistics::Adapt); });
  three_batches();
  twins.change([](Sequential& s) { s.at("2").freeze(layers::FrozenStatistics::Fixed); });
  three_batches();
  twins.change([](Sequential& s) { s.at("1").unfreeze(); });
  three_batches();
  twins.change([](Sequential& s) { s.at("1").named_tensors()[0].tensor.fill_(0.25); });
  three_batches();
}

TEST_CASE("recorded steps follow what is written to frozen layers") {
  Twins twins;
  twins.change([](Sequential& s) { s.at("0").freeze(); });
  const auto three_batches = [&] {
    for (const char* name : {"a", "b", "c"}) twins.run(images(name, 4), labels_for(4, 1));
    CHECK(twins.note() == "recorded");
  };
  three_batches();
  for (const char* path : {"0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var"}) {
    CAPTURE(path);
    twins.change([&](Sequential& s) {
      for (NamedTensor& entry : s.at("0").named_tensors())
        if (entry.path == path) entry.tensor.fill_(0.75);
    });
    three_batches();
  }
}

TEST_CASE("recorded steps draw the masks of eager ones") {
  Twins twins(0.5);
  for (uint32_t step = 0; step < 9; ++step) {
    if (step == 3) twins.change([](Sequential& s) { s.at("4").freeze(); });
    if (step == 6) twins.change([](Sequential& s) { s.at("4").unfreeze(); });
    twins.change([step](Sequential& s) { begin_step(s, step); });
    twins.run(images("a", 4), labels_for(4, 1));
    CHECK(twins.note() == (step == 0 ? "no batch of one shape came twice in a row" : "recorded"));
  }
}

TEST_CASE("a recorded step does not draw the same mask twice") {
  const auto module = network(0.5);
  GradientStep step = step_of(*module);
  for (uint32_t number = 0; number < 2; ++number) {
    begin_step(*module, number);
    step(images("a", 4), labels_for(4, 0));
  }
  CHECK(step.note() == "recorded");
  CHECK(testing::error_text([&] { step(images("a", 4), labels_for(4, 0)); }) ==
        "Dropout: a recorded step runs again without a begin_step() in between");
  begin_step(*module, 2);
  CHECK(step(images("a", 4), labels_for(4, 0)).item() > 0);
}

TEST_CASE("batches that stay in their memory are not copied") {
  layers::Linear head(8, 4);
  layers::initialise(head, 1);
  GradientStep step = step_of(head);
  Tensor input = formula_tensor("a", {4, 8}), labels = labels_for(4, 0);
  for (int i = 0; i < 2; ++i) step(input, labels, BatchMemory::Stays);
  REQUIRE(step.note() == "recorded");
  const size_t before = allocator({}).stats().allocations;
  const Tensor first = step(input, labels, BatchMemory::Stays).clone();
  CHECK(allocator({}).stats().allocations <= before + 2);  // the clone, scratch of a product
  input.copy_(formula_tensor("b", {4, 8}));
  const Tensor second = step(input, labels, BatchMemory::Stays).clone();
  CHECK(!same_bits(second, first));
  // Elsewhere after all.
  CHECK(same_bits(step(formula_tensor("a", {4, 8}), labels, BatchMemory::Stays), first));
}

TEST_CASE("a step that cannot be recorded says why, and goes on") {
  const auto module = network(0.5);
  GradientStep step = step_of(*module);
  for (int i = 0; i < 3; ++i) CHECK(step(images("a", 4), labels_for(4, 0)).item() > 0);
  CHECK(step.note() == "dropout: cannot be recorded: each run draws other random numbers");
  module->at("5").freeze();
  for (int i = 0; i < 2; ++i) step(images("a", 4), labels_for(4, 0));
  CHECK(step.note() == "recorded");
}

TEST_CASE("after a first step that failed, gradients are scaled as asked") {
  layers::Linear head(8, 4);
  layers::initialise(head, 1);
  const Tensor input = formula_tensor("a", {4, 8}), labels = labels_for(4, 0);
  const auto gradient = [&](GradientStep& step) {
    step.set_loss_scale(4);
    step(input, labels);
    return head.parameters().front().tensor.grad().clone();
  };
  bool fails = true;
  GradientStep failed(head, [&](const Tensor& x, const Tensor& classes) {
    check(!std::exchange(fails, false), ErrorKind::Argument, "not yet");
    return cross_entropy(head(x), classes);
  });
  CHECK(testing::error_text([&] { gradient(failed); }) == "not yet");
  GradientStep step = step_of(head);
  const Tensor expected = gradient(step);
  for (int i = 0; i < 3; ++i) CHECK(same_bits(gradient(failed), expected));
}

TEST_CASE("on the CPU a recording keeps no more than 32 MiB") {
  Sequential large;
  large.add<layers::Conv2d>(3, 64, 3);
  large.add<layers::GlobalAvgPool2d>();
  layers::initialise(large, 1);
  GradientStep step = step_of(large);
  for (int i = 0; i < 2; ++i) step(formula_tensor("x", {4, 200, 200, 3}), labels_for(4, 0));
  CHECK(step.note().find("more memory than a recording may take") != std::string::npos);
}

}  // namespace graft::transfer
