// Whole networks under their published weights on real test images: every predicted class as
// PyTorch predicts it, see tests/golden/README.md.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "graft/core/ops/reduce.h"
#include "graft/data/open_dataset.h"
#include "graft/models/registry.h"
#include "graft/transfer/state.h"
#include "graft/transfer/training/evaluate.h"
#include "support/assets.h"

namespace graft::testing {
namespace {

struct Predictions {
  int64_t wrong = -1, count = 0;
  std::string digits;
};

Predictions golden_predictions(const std::string& name) {
  std::ifstream file(std::string(GRAFT_SOURCE_DIR) + "/tests/golden/predictions.txt");
  Predictions found;
  for (std::string line, word; std::getline(file, line);) {
    std::istringstream words(line);
    if (words >> word && word == name) words >> found.wrong >> found.count >> found.digits;
  }
  REQUIRE_MESSAGE(found.wrong >= 0, name);
  return found;
}

struct Published {
  const char *name, *model, *weights, *images;
  float first_logits[10];
};

void check_predictions(const Published& published) {
  CAPTURE(std::string(published.name));
  const auto weights = asset(published.weights), images = asset(published.images);
  if (!weights) return skip(published.weights);
  if (!images) return skip(published.images);
  const auto network = models::make_model(published.model);
  transfer::load_state(network->named_tensors(), transfer::read_weights(*weights));
  const data::DatasetPtr dataset = data::open_dataset(*images).train;
  const Tensor logits =
      transfer::run_over(*network, network->stages().size(), dataset, network->preprocess, 100);
  const Predictions golden = golden_predictions(published.name);
  REQUIRE(logits.shape() == Shape{golden.count, 10});

  std::string digits;
  const Tensor predicted = argmax(logits);
  for (const int64_t digit : predicted.values<int64_t>()) digits += static_cast<char>('0' + digit);
  CHECK(digits == golden.digits);
  const auto score = transfer::score(logits, transfer::labels_of(*dataset));
  CHECK(score.n - score.correct == golden.wrong);

  float largest = 0, worst = 0;
  for (size_t i = 0; i < 10; ++i) {
    largest = std::max(largest, std::abs(published.first_logits[i]));
    worst = std::max(worst, std::abs(logits.values<float>()[i] - published.first_logits[i]));
  }
  CHECK(worst <= 1e-4f * largest);
}

}  // namespace

TEST_CASE("predictions: ResNet-20 on CIFAR-10") {
  check_predictions({"cifar_resnet20",
                     "cifar_resnet20",
                     "weights/resnet20-12fca82f.th",
                     "cifar10/test_500.bin",
                     {-5.3096805f, -0.49577183f, 0.87725663f, 23.730513f, -4.105041f, 4.4637337f,
                      -0.23434603f, -5.4179277f, -3.7117941f, -9.882179f}});
}

TEST_CASE("predictions: ResNet-32 on CIFAR-10") {
  check_predictions({"cifar_resnet32",
                     "cifar_resnet32",
                     "weights/resnet32-d509ac18.th",
                     "cifar10/test_500.bin",
                     {-0.368995f, 1.343278f, -1.055869f, 18.441011f, -6.100890f, 0.611078f,
                      -1.888084f, -2.462684f, -3.827404f, -4.660522f}});
}

TEST_CASE("predictions: the MNIST network from safetensors") {
  check_predictions({"mnist_cnn.safetensors",
                     "mnist_cnn",
                     "weights/mnist_cnn.safetensors",
                     "mnist/t1500-images-idx3-ubyte.gz",
                     {-0.850991f, -1.487414f, -1.255945f, -1.471058f, -1.260210f, -2.134420f,
                      -1.748778f, 8.757074f, -1.589289f, -0.899859f}});
}

TEST_CASE("predictions: the MNIST network from a PyTorch zip") {
  check_predictions({"mnist_cnn.pt",
                     "mnist_cnn",
                     "weights/mnist_cnn.pt",
                     "mnist/t1500-images-idx3-ubyte.gz",
                     {-0.159752f, -0.751788f, -1.332790f, -0.484548f, -0.929705f, -2.043576f,
                      -1.823797f, 9.231034f, -0.898947f, -0.520772f}});
}

}  // namespace graft::testing
