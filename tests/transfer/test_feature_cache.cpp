// The frozen prefix run once gives the bits that running it at every step gives.
#include <doctest/doctest.h>

#include <functional>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/training/feature_cache.h"
#include "graft/transfer/training/trainer.h"
#include "support/formula.h"
#include "support/numerics_scope.h"
#include "support/pictures.h"
#include "support/tensors.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::hashes;
using testing::tiny_network;
using testing::tiny_pictures;

using MakeNetwork = std::function<std::unique_ptr<layers::Network>()>;

data::DatasetPtr noise_pictures(int64_t count, int64_t side, int64_t channels, int64_t classes) {
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < count; ++i) {
    images.push_back(testing::noise_image(side, side, channels, static_cast<uint64_t>(i) * 100000));
    labels.push_back(i % classes);
  }
  std::vector<std::string> names;
  for (int64_t k = 0; k < classes; ++k) names.push_back(std::to_string(k));
  return std::make_shared<data::InMemory>("noise", std::move(images), std::move(labels),
                                          std::move(names));
}

struct Trained {
  TrainResult result;
  std::vector<TensorHash> hashes;
};

Trained run(const MakeNetwork& make, const std::string& frozen, const data::DatasetPtr& pictures,
            TrainOptions options, bool cache) {
  const auto network = make();
  freeze(*network, frozen);
  options.cache_features = cache;
  Trained trained;
  trained.result = train(*network, pictures, pictures, network->preprocess, options);
  trained.hashes = hashes(*network);
  return trained;
}

void check_equal(const MakeNetwork& make, const std::string& frozen,
                 const data::DatasetPtr& pictures, const TrainOptions& options,
                 const std::string& cached) {
  CAPTURE(frozen);
  const Trained with = run(make, frozen, pictures, options, true),
                without = run(make, frozen, pictures, options, false);
  CHECK(with.result.cache_note == "holds the output of " + cached);
  CHECK(with.result.cached_stages > 0);
  CHECK(without.result.cache_note == "off by request");
  CHECK(without.result.cached_stages == 0);
  CHECK(with.hashes == without.hashes);
  for (size_t i = 0; i < with.result.history.size(); ++i) {
    CHECK(with.result.history[i].train_loss == without.result.history[i].train_loss);
    CHECK(with.result.history[i].dev->loss == without.result.history[i].dev->loss);
  }
}

// Thaws conv2 after a certain step.
class Thaw final : public TrainObserver {
 public:
  Thaw(layers::Network& network, int epoch, int64_t step)
      : network_(network), epoch_(epoch), step_(step) {}
  void on_progress(const Progress& p) override {
    if (std::string_view(p.phase) == "epoch" && p.epoch == epoch_ && p.step == step_) thaw();
  }
  void on_epoch(const EpochResult& epoch) override {
    if (step_ == 0 && epoch.epoch == epoch_) thaw();
  }
  void on_note(const std::string& text) override { notes.push_back(text); }

  std::vector<std::string> notes;

 private:
  void thaw() {
    network_.at("conv2").unfreeze();
    network_.at("bn2").unfreeze();
  }

  layers::Network& network_;
  int epoch_;
  int64_t step_;
};

}  // namespace

TEST_CASE("feature cache: on and off give bit-equal networks, also with a smaller last batch") {
  const auto tiny = [] { return tiny_network(); };
  const TrainOptions options{.epochs = 3, .batch = 8, .lr = 0.1, .weight_decay = 0.01};
  check_equal(tiny, "trunk", tiny_pictures(19), options, "avgpool");
  check_equal(tiny, "conv1, bn1", tiny_pictures(19), options, "conv1");
  const auto resnet = [] { return models::make_model("cifar_resnet20", {.classes = 4}); };
  check_equal(resnet, "trunk", noise_pictures(11, 32, 3, 4), {.epochs = 2, .batch = 4}, "avgpool");
  check_equal(resnet, "conv1..layer2", noise_pictures(7, 32, 3, 4), {.epochs = 1, .batch = 4},
              "layer2.2");
  const auto mnist = [] { return models::make_model("mnist_cnn", {.classes = 4}); };
  check_equal(mnist, "conv1..fc1", noise_pictures(11, 28, 1, 4), {.epochs = 2, .batch = 4}, "fc1");
  check_equal(mnist, "conv1..norm1", noise_pictures(11, 28, 1, 4), {.epochs = 2, .batch = 4},
              "flatten");
}

TEST_CASE("feature cache: the same in bf16, and not valid in another precision") {
  const auto resnet = [] { return models::make_model("cifar_resnet20", {.classes = 4}); };
  const auto pictures = noise_pictures(11, 32, 3, 4);
  const auto network = resnet();
  freeze(*network, "trunk");
  const FeatureCache full(*network, 3, pictures, network->preprocess, 4, SIZE_MAX);
  CHECK(full.valid(*network));
  const testing::NumericsScope scope({.frozen = Precision::BF16});
  CHECK(!full.valid(*network));
  const FeatureCache rounded(*network, 3, pictures, network->preprocess, 4, SIZE_MAX);
  CHECK(rounded.valid(*network));
  CHECK(!testing::same_bits(rounded.features(), full.features()));
  check_equal(resnet, "trunk", pictures, {.epochs = 2, .batch = 4}, "avgpool");
}

TEST_CASE("feature cache: what a sample's features are does not depend on its batch") {
  for (const char* name : {"resnet18", "mobilenet_v2", "squeezenet1_1"}) {
    CAPTURE(name);
    const auto network = models::make_model(name, {.classes = 3});
    network->eval();
    network->freeze();
    const NoGrad no_grad;
    constexpr int64_t kSide = 65, kCount = 5;
    const Tensor x = Tensor::from(testing::formula_units("features", kCount * kSide * kSide * 3),
                                  {kCount, kSide, kSide, 3});
    const auto check_each = [&] {
      const Tensor whole = network->run(x, 0, network->stages().size());
      const auto expected = whole.values<float>();
      for (int64_t i = 0; i < kCount; ++i) {
        const Tensor one = network->run(slice(x, 0, i, i + 1), 0, network->stages().size());
        const auto values = one.values<float>();
        CHECK(std::equal(values.begin(), values.end(), expected.begin() + 3 * i));
      }
    };
    check_each();
    const testing::NumericsScope scope({.frozen = Precision::BF16});
    check_each();
  }
}

TEST_CASE("feature cache: thawing a layer in the middle of a run drops it, with the same bits") {
  struct Moment {
    int epoch;
    int64_t step;  // 0: after the epoch
  };
  for (const Moment moment : {Moment{1, 0}, Moment{2, 1}, Moment{2, 3}}) {
    CAPTURE(moment.epoch);
    CAPTURE(moment.step);
    std::vector<TensorHash> results[2];
    for (const bool cache : {false, true}) {
      const auto network = tiny_network();
      freeze(*network, "trunk");
      Thaw thaw(*network, moment.epoch, moment.step);
      const TrainResult result =
          train(*network, tiny_pictures(19), tiny_pictures(9, 3, 90), network->preprocess,
                {.epochs = 4, .batch = 8, .lr = 0.1, .cache_features = cache}, &thaw);
      results[cache] = hashes(*network);
      if (cache) {
        CHECK(result.cache_note == "dropped: the prefix is no longer frozen");
        CHECK(thaw.notes ==
              std::vector<std::string>{"feature cache holds the output of avgpool",
                                       "feature cache dropped: the prefix is no longer frozen"});
      }
    }
    CHECK(results[0] == results[1]);
  }
}

TEST_CASE("feature cache: stays off where it would change the result, and says why") {
  const auto note = [](const std::string& frozen, const TrainOptions& options) {
    const auto network = tiny_network();
    if (!frozen.empty()) freeze(*network, frozen);
    const TrainResult result =
        train(*network, tiny_pictures(8), nullptr, network->preprocess, options);
    CHECK(result.cached_stages == 0);
    return result.cache_note;
  };
  TrainOptions options{.epochs = 1, .batch = 4};
  CHECK(note("", options) == "off: no frozen prefix");
  options.cache_limit = 100;
  CHECK(note("trunk", options) ==
        "off: features: 8 results [8, 6] need 192 bytes, the limit is 100");
  options.augment.kind = data::Augment::Kind::Flip;
  CHECK(note("trunk", options) == "off: augmentation draws new pictures each epoch");
}

}  // namespace graft::transfer
