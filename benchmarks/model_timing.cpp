#include "graft/benchmarks/model_timing.h"

#include "graft/benchmarks/small_networks.h"
#include "graft/core/autocast.h"
#include "graft/core/ops.h"
#include "graft/layers/linear.h"
#include "graft/models/registry.h"
#include "graft/optim/sgd.h"
#include "graft/transfer/training/gradient_step.h"

namespace graft::bench {
namespace {

Tensor random_input(const Shape& sample, int64_t batch, Device device) {
  Shape shape{batch};
  for (int axis = 0; axis < sample.rank(); ++axis) shape.push_back(sample[axis]);
  Tensor input = Tensor::empty(shape);
  RandomStream random({.seed = 3});
  float* const values = input.data<float>();
  for (int64_t i = 0; i < input.numel(); ++i) values[i] = random.uniform(-2, 2);
  return to_device(input, device);
}

Tensor random_labels(int64_t classes, int64_t batch, Device device) {
  Tensor labels = Tensor::empty({batch}, DType::I64);
  RandomStream random({.seed = 4});
  for (int64_t i = 0; i < batch; ++i)
    labels.data<int64_t>()[i] = random.below(static_cast<uint32_t>(classes));
  return to_device(labels, device);
}

void measure_evaluation(const Setting& setting, const Measure& measure, const Work& forward) {
  measure([&] {
    const AutocastScope precision(setting.autocast);
    const NoGrad no_grad;
    forward();
  });
}

void measure_training(layers::Module& network, const Tensor& input, int64_t classes,
                      const Setting& setting, const Measure& measure) {
  const Tensor labels = random_labels(classes, input.dim(0), input.device());
  optim::Sgd optimizer(network.parameters(), {.lr = 1e-3, .momentum = 0.9});
  transfer::GradientStep gradients(network, [&](const Tensor& images, const Tensor& classes_of) {
    const AutocastScope precision(setting.autocast);
    return cross_entropy(network(images), classes_of);
  });
  gradients.set_recording(setting.recorded);
  measure([&] {
    gradients(input, labels, transfer::BatchMemory::Stays);
    optimizer.step();
  });
}

}  // namespace

void measure_model(const std::string& name, Step step, int64_t batch, const Setting& setting,
                   const Measure& measure) {
  const auto network = models::make_model(name);
  const Preprocess& contract = network->preprocess;
  const Tensor images = random_input(
      {contract.crop_height, contract.crop_width, contract.channels()}, batch, setting.device);
  network->to(setting.device);
  if (step == Step::Evaluate) {
    network->eval();
    network->freeze();
    return measure_evaluation(setting, measure, [&] { (*network)(images); });
  }
  network->train();
  measure_training(*network, images, network->classes(), setting, measure);
}

void measure_small_network(const std::string& name, int64_t batch, const Setting& setting,
                           const Measure& measure) {
  const SmallNetwork network = make_small_network(name);
  network.module->to(setting.device);
  network.module->train();
  measure_training(*network.module, random_input(network.input, batch, setting.device),
                   network.classes, setting, measure);
}

void measure_product(int64_t m, int64_t n, int64_t k, const Setting& setting,
                     const Measure& measure) {
  const DType dtype = setting.autocast.value_or(DType::F32);
  const Tensor a = cast(random_input({k}, m, setting.device), dtype);
  const Tensor b = cast(random_input({n}, k, setting.device), dtype);
  Setting as_they_are = setting;  // the operands have their type
  as_they_are.autocast.reset();
  measure_evaluation(as_they_are, measure, [&] { matmul(a, b); });
}

void measure_linear(int64_t m, int64_t n, int64_t k, const Setting& setting,
                    const Measure& measure) {
  const Tensor x = random_input({k}, m, setting.device);
  layers::Linear layer(k, n, false);
  layers::initialise(layer, 1);
  layer.to(setting.device);
  layer.eval();
  measure_evaluation(setting, measure, [&] { layer(x); });
}

}  // namespace graft::bench
