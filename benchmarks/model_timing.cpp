#include "graft/benchmarks/model_timing.h"

#include "graft/core/ops.h"
#include "graft/models/registry.h"
#include "graft/optim/sgd.h"

namespace graft::bench {
namespace {

Tensor random_images(const Preprocess& contract, int64_t batch) {
  Tensor images =
      Tensor::empty({batch, contract.crop_height, contract.crop_width, contract.channels()});
  RandomStream random({.seed = 3});
  float* const pixels = images.data<float>();
  for (int64_t i = 0; i < images.numel(); ++i) pixels[i] = random.uniform(-2, 2);
  return images;
}

Tensor random_labels(int64_t classes, int64_t batch) {
  Tensor labels = Tensor::empty({batch}, DType::I64);
  RandomStream random({.seed = 4});
  for (int64_t i = 0; i < batch; ++i)
    labels.data<int64_t>()[i] = random.below(static_cast<uint32_t>(classes));
  return labels;
}

}  // namespace

Step parse_step(const std::string& word) {
  if (word == "eval") return Step::Evaluate;
  if (word == "train") return Step::Train;
  if (word == "head") return Step::TrainHead;
  fail(ErrorKind::Argument, "graft_bench: unknown step '", word, "': use eval, train or head");
}

Seconds time_model(const std::string& name, Step step, int64_t batch, double min_seconds) {
  const auto network = models::make_model(name);
  const Tensor images = random_images(network->preprocess, batch);
  if (step == Step::Evaluate) {
    network->eval();
    return time_calls(min_seconds, [&] {
      const NoGrad no_grad;
      (*network)(images);
    });
  }
  network->train();
  if (step == Step::TrainHead) {
    network->freeze();
    for (const std::string& path : network->head()) network->at(path).unfreeze();
  }
  const Tensor labels = random_labels(network->classes(), batch);
  optim::Sgd optimizer(network->parameters(), {.lr = 1e-3, .momentum = 0.9});
  return time_calls(min_seconds, [&] {
    optimizer.zero_grad();
    backward(cross_entropy((*network)(images), labels));
    optimizer.step();
  });
}

}  // namespace graft::bench
