// What is frozen stays as it was through a whole training run, and the audit sees every way in
// which it might not: gradients, weight decay, statistics, dropout, an average written back.
#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "graft/core/allocator.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/loss.h"
#include "graft/models/cifar_resnet.h"
#include "graft/transfer/audit.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/training/trainer.h"
#include "support/formula.h"
#include "support/tensors.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::hashes;
using testing::same_bits;
using testing::tiny_network;
using testing::tiny_pictures;
using Change = std::function<void(layers::Network&)>;

// Does something to the network after every step.
class EachStep final : public TrainObserver {
 public:
  EachStep(layers::Network& network, Change change)
      : network_(network), change_(std::move(change)) {}
  void on_progress(const Progress& p) override {
    if (change_ && std::string_view(p.phase) == "epoch") change_(network_);
  }

 private:
  layers::Network& network_;
  Change change_;
};

Tensor tensor_at(const layers::Network& network, const std::string& path) {
  for (const NamedTensor& entry : network.named_tensors())
    if (entry.path == path) return entry.tensor.detach();
  FAIL("no tensor " << path);
  return {};
}

constexpr const char* kFrozen = "conv1, bn1, conv2, bn2";

// Paths of the trunk that a run with everything that could leak has changed.
std::set<std::string> leaks(const Change& before, const Change& each_step = {},
                            OptimizerKind optimizer = OptimizerKind::Sgd) {
  const auto network = tiny_network();
  freeze(*network, kFrozen);
  if (before) before(*network);
  const auto start = hashes(*network);
  EachStep observer(*network, each_step);
  train(*network, tiny_pictures(20), tiny_pictures(9, 3, 90), network->preprocess,
        {.epochs = 3,
         .batch = 8,
         .lr = 0.1,
         .optimizer = optimizer,
         .schedule = ScheduleKind::Constant,
         .momentum = 0.9,
         .weight_decay = 0.1,
         .cache_features = false},
        &observer);
  const AuditReport report = compare(start, hashes(*network));
  CHECK(report.only_before.empty());
  CHECK(report.only_after.empty());
  std::set<std::string> changed(report.changed.begin(), report.changed.end());
  CHECK(changed.erase("fc.weight") + changed.erase("fc.bias") == 2);  // the head was trained
  return changed;
}

using Paths = std::set<std::string>;

// The features of the frozen trunk in training mode, as the random streams of a step draw them.
Tensor features(layers::Network& network, uint64_t step) {
  const NoGrad no_grad;
  network.train();
  network.begin_training_step(1, step);
  const Tensor x = Tensor::from(testing::formula_units("x", 2 * 12 * 12 * 3), {2, 12, 12, 3});
  return network.run(x, 0, network.head_stage());
}

// Bytes that a forward pass in training holds on to for its backward pass.
size_t bytes_kept(layers::Network& network, int64_t batch) {
  network.train();
  const Tensor x =
      Tensor::from(testing::formula_units("x", batch * 32 * 32 * 3), {batch, 32, 32, 3});
  const Tensor labels = Tensor::zeros({batch}, DType::I64);
  network(x);  // makes what frozen layers keep for good: their folded filters
  const size_t before = allocator(Device{}).stats().live;
  const Tensor loss = cross_entropy(network(x), labels);
  return allocator(Device{}).stats().live - before;
}

}  // namespace

TEST_CASE("freezing: every frozen tensor and buffer keeps its SHA-256, with every optimizer") {
  for (const OptimizerKind kind : {OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::AdamW})
    CHECK(leaks({}, {}, kind) == Paths{});
  // train() from outside in the middle of a run thaws nothing either.
  CHECK(leaks({}, [](layers::Network& network) { network.train(); }) == Paths{});
}

TEST_CASE("freezing: the audit catches each leak") {
  SUBCASE("a parameter that gets gradients again") {
    CHECK(leaks([](layers::Network& network) {
            for (NamedTensor& entry : network.parameters())
              if (entry.path == "conv2.weight") entry.tensor.set_requires_grad(true);
          }) == Paths{"conv2.weight"});
  }
  SUBCASE("statistics that adapt") {
    CHECK(leaks([](layers::Network& network) {
            network.at("bn1").freeze(layers::FrozenStatistics::Adapt);
          }) == Paths{"bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"});
  }
  SUBCASE("weight decay outside the optimizer's rule") {
    CHECK(leaks({}, [](layers::Network& network) {
            Tensor weight = tensor_at(network, "bn2.weight");
            for (int64_t i = 0; i < weight.numel(); ++i) weight.data<float>()[i] *= 0.999f;
          }) == Paths{"bn2.weight"});
  }
  SUBCASE("an average of the weights written back") {
    std::vector<float> average;
    CHECK(leaks({}, [&](layers::Network& network) {
            Tensor bias = tensor_at(network, "bn1.bias");
            average.resize(4, 1.0f);
            for (size_t i = 0; i < 4; ++i) {
              average[i] = 0.9f * average[i] + 0.1f * bias.values<float>()[i];
              bias.data<float>()[i] = average[i];
            }
          }) == Paths{"bn1.bias"});
  }
  SUBCASE("momentum from before the freezing") {
    // Trained open for an epoch, frozen then: what was moving stops at once.
    const auto network = tiny_network();
    class FreezeAfterOne final : public TrainObserver {
     public:
      explicit FreezeAfterOne(layers::Network& net) : net_(net) {}
      void on_epoch(const EpochResult& epoch) override {
        if (epoch.epoch != 1) return;
        freeze(net_, kFrozen);
        frozen_at = hashes(net_);
      }
      std::vector<TensorHash> frozen_at;

     private:
      layers::Network& net_;
    } observer(*network);
    train(*network, tiny_pictures(20), nullptr, network->preprocess,
          {.epochs = 3, .batch = 8, .lr = 0.1, .weight_decay = 0.1}, &observer);
    CHECK(compare(observer.frozen_at, hashes(*network)).changed ==
          std::vector<std::string>{"fc.weight", "fc.bias"});
  }
}

TEST_CASE("freezing: dropout of a frozen trunk is off, and an open one is seen in the features") {
  const auto network = tiny_network();
  freeze(*network, "trunk");
  CHECK(same_bits(features(*network, 1), features(*network, 2)));
  CHECK(network->fixed_prefix() == network->head_stage());
  network->at("dropout").unfreeze();
  CHECK_FALSE(same_bits(features(*network, 1), features(*network, 2)));
  CHECK(network->stages()[network->fixed_prefix()].name == "dropout");
}

TEST_CASE("freezing: bytes kept for backward shrink with what is frozen, to the byte for a head") {
  const auto make = [] { return models::make_cifar_resnet(8, {.classes = 5}); };
  constexpr int64_t kBatch = 4;
  const auto open = make(), middle = make(), head = make(), none = make();
  freeze(*middle, "conv1..layer2");
  freeze(*head, "trunk");
  none->freeze();
  const size_t all_open = bytes_kept(*open, kBatch), last_layer = bytes_kept(*middle, kBatch),
               head_only = bytes_kept(*head, kBatch), nothing = bytes_kept(*none, kBatch);
  MESSAGE("bytes kept for backward, cifar_resnet8, batch 4: open "
          << all_open << ", layer3 on " << last_layer << ", head " << head_only);
  CHECK(nothing == sizeof(float));  // the loss
  // The head's input [4, 64], the softmax [4, 5] and the loss; nothing of the trunk.
  CHECK(head_only == sizeof(float) * (kBatch * 64 + kBatch * 5 + 1));
  CHECK(last_layer > head_only);
  CHECK(all_open > 5 * last_layer);
  CHECK(all_open > 500 * head_only);
}

}  // namespace graft::transfer
