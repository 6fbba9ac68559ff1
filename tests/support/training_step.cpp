#include "support/training_step.h"

#include <doctest/doctest.h>

#include <string>

#include "graft/core/allocator.h"
#include "graft/core/ops.h"
#include "graft/layers/batch_norm.h"
#include "graft/layers/conv2d.h"
#include "graft/layers/init.h"
#include "graft/layers/linear.h"
#include "graft/layers/stateless.h"
#include "graft/optim/adam.h"
#include "support/refusing_allocator.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

constexpr int64_t kBatch = 3, kSide = 6, kClasses = 4;

std::unique_ptr<layers::Sequential> make_network() {
  auto network = std::make_unique<layers::Sequential>();
  network->add<layers::Conv2d>(2, 4, 3, layers::Conv2dOptions{.padding = 1});
  network->add<layers::BatchNorm2d>(4);
  network->add<layers::Relu>();
  network->add<layers::MaxPool2d>(2, 2);
  network->add<layers::Flatten>();
  network->add<layers::Linear>(4 * 9, kClasses);
  layers::initialise(*network, 1);
  return network;
}

// What a step of which allocation n fails leaves behind. False: it has no such allocation.
bool check_allocation(Device device, bool warm, int64_t n) {
  RefusingAllocator memory(device);
  TrainingStep failing(device, warm), clean(device, warm);
  const std::vector<TrainingStep::Values> before = failing.state();
  clean.run();
  const std::vector<TrainingStep::Values> after = clean.state();
  std::string text;
  ErrorKind kind = ErrorKind::Internal;
  memory.refuse(n);
  try {
    failing.run();
  } catch (const Error& error) {
    text = error.what();
    kind = error.kind();
  }
  if (!memory.refused()) {
    CHECK(text.empty());
    CHECK(failing.state() == after);
    return false;
  }
  CAPTURE(text);
  CHECK(kind == ErrorKind::OutOfMemory);
  CHECK(text.find(": out of memory: ") != std::string::npos);
  CHECK_FALSE(text.starts_with("graft: "));
  const std::vector<TrainingStep::Values> left = failing.state();
  bool untouched = true;
  for (size_t i = 0; i < left.size(); ++i) {
    CHECK((left[i] == before[i] || left[i] == after[i]));
    untouched = untouched && left[i] == before[i];
  }
  failing.run();
  if (untouched) CHECK(failing.state() == after);
  return true;
}

}  // namespace

TrainingStep::TrainingStep(Device device, bool warm) : network_(make_network()) {
  network_->to(device);
  network_->train();
  images_ = to_device(formula_tensor("images", {kBatch, kSide, kSide, 2}), device);
  labels_ = to_device(Tensor::from(std::vector<int64_t>{0, 3, 1}, {kBatch}), device);
  optim::ParameterGroup slower;
  slower.patterns = {"0"};
  slower.lr_scale = 0.5;
  optimizer_ = std::make_unique<optim::Adam>(network_->parameters(), optim::AdamOptions{.lr = 0.01},
                                             std::vector{slower});
  if (warm) run();
}

void TrainingStep::run() {
  optimizer_->zero_grad();
  backward(cross_entropy((*network_)(images_), labels_));
  optimizer_->step();
}

std::vector<TrainingStep::Values> TrainingStep::state() const {
  std::vector<Values> state;
  const std::vector<optim::StateTensor> moments = optimizer_->state();
  for (const NamedTensor& parameter : network_->parameters()) {
    Values values = values_of(to_device(parameter.tensor.detach(), {}));
    for (const optim::StateTensor& moment : moments)
      if (moment.path == parameter.path && moment.tensor.dtype() == DType::F32)
        for (const float value : values_of(to_device(moment.tensor, {}))) values.push_back(value);
    state.push_back(std::move(values));
  }
  return state;
}

void check_every_allocation(Device device) {
  const size_t live = allocator(device).stats().live;
  for (const bool warm : {false, true}) {
    int64_t n = 0;
    CAPTURE(warm);
    for (bool more = true; more; ++n) {
      CAPTURE(n);
      more = check_allocation(device, warm, n);
      REQUIRE(allocator(device).stats().live == live);
    }
    CHECK(n > 20);
  }
}

}  // namespace graft::testing
