#include "graft/benchmarks/model_timing.h"

#include "graft/benchmarks/small_networks.h"
#include "graft/core/ops.h"
#include "graft/layers/linear.h"
#include "graft/models/registry.h"
#include "graft/optim/sgd.h"

namespace graft::bench {
namespace {

Tensor random_input(const Shape& sample, int64_t batch) {
  Shape shape{batch};
  for (int axis = 0; axis < sample.rank(); ++axis) shape.push_back(sample[axis]);
  Tensor input = Tensor::empty(shape);
  RandomStream random({.seed = 3});
  float* const values = input.data<float>();
  for (int64_t i = 0; i < input.numel(); ++i) values[i] = random.uniform(-2, 2);
  return input;
}

Tensor random_labels(int64_t classes, int64_t batch) {
  Tensor labels = Tensor::empty({batch}, DType::I64);
  RandomStream random({.seed = 4});
  for (int64_t i = 0; i < batch; ++i)
    labels.data<int64_t>()[i] = random.below(static_cast<uint32_t>(classes));
  return labels;
}

Seconds time_training(layers::Module& network, const Tensor& input, int64_t classes,
                      double min_seconds) {
  const Tensor labels = random_labels(classes, input.dim(0));
  optim::Sgd optimizer(network.parameters(), {.lr = 1e-3, .momentum = 0.9});
  return time_calls(min_seconds, [&] {
    optimizer.zero_grad();
    backward(cross_entropy(network(input), labels));
    optimizer.step();
  });
}

}  // namespace

Seconds time_model(const std::string& name, Step step, int64_t batch, double min_seconds) {
  const auto network = models::make_model(name);
  const Preprocess& contract = network->preprocess;
  const Tensor images =
      random_input({contract.crop_height, contract.crop_width, contract.channels()}, batch);
  if (step == Step::Evaluate) {
    network->eval();
    network->freeze();
    return time_calls(min_seconds, [&] {
      const NoGrad no_grad;
      (*network)(images);
    });
  }
  network->train();
  return time_training(*network, images, network->classes(), min_seconds);
}

Seconds time_small_network(const std::string& name, int64_t batch, double min_seconds) {
  const SmallNetwork network = make_small_network(name);
  network.module->train();
  return time_training(*network.module, random_input(network.input, batch), network.classes,
                       min_seconds);
}

Seconds time_product(int64_t m, int64_t n, int64_t k, double min_seconds) {
  const Tensor a = random_input({k}, m), b = random_input({n}, k);
  const NoGrad no_grad;
  return time_calls(min_seconds, [&] { matmul(a, b); });
}

Seconds time_linear(int64_t m, int64_t n, int64_t k, double min_seconds) {
  const Tensor x = random_input({k}, m);
  layers::Linear layer(k, n, false);
  layers::initialise(layer, 1);
  layer.eval();
  const NoGrad no_grad;
  return time_calls(min_seconds, [&] { layer(x); });
}

}  // namespace graft::bench
