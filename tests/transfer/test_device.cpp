// The whole fine-tuning job on a device: it ends with the bits of the CPU, whose kernels this
// device runs.
#include <doctest/doctest.h>

#include <optional>

#include "graft/core/autograd/backward.h"
#include "graft/core/ops.h"
#include "graft/models/registry.h"
#include "graft/transfer/folded_norms.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/state.h"
#include "graft/transfer/training/feature_cache.h"
#include "graft/transfer/training/trainer.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/host_device_scope.h"
#include "support/tensors.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::hashes;
using testing::HostDeviceScope;
using testing::kHostDevice;
using testing::TempFolder;
using testing::tiny_network;
using testing::tiny_pictures;

class Stopper final : public TrainObserver {
 public:
  explicit Stopper(int64_t steps) : left_(steps) {}
  void on_progress(const Progress& p) override { left_ -= std::string_view(p.phase) == "epoch"; }
  void on_note(const std::string& text) override { notes.push_back(text); }
  bool should_stop() override { return left_ <= 0; }
  std::vector<std::string> notes;

 private:
  int64_t left_;
};

constexpr int64_t kNever = 1 << 20;

struct Outcome {
  std::vector<TensorHash> hashes;
  std::vector<double> numbers;  // losses and counts, in the order of the run
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Job {
  TrainOptions options{.epochs = 4, .batch = 8, .lr = 0.2};
  std::string frozen;

  // Nothing if it was stopped before its end.
  std::optional<Outcome> run(Device device, int64_t steps = kNever) const {
    const auto network = tiny_network();
    network->to(device);
    if (!frozen.empty()) freeze(*network, frozen);
    Stopper stopper(steps);
    const TrainResult result = train(*network, tiny_pictures(22), tiny_pictures(12, 3, 90),
                                     network->preprocess, options, &stopper);
    if (result.interrupted) return std::nullopt;
    CHECK(network->device() == device);
    Outcome outcome{hashes(*network), {static_cast<double>(result.best_epoch)}};
    for (const EpochResult& epoch : result.history)
      for (const double number :
           {epoch.train_loss, epoch.dev->loss, static_cast<double>(epoch.dev->correct)})
        outcome.numbers.push_back(number);
    return outcome;
  }
};

Job hard_job(OptimizerKind optimizer) {
  Job job;
  job.options.optimizer = optimizer;
  if (optimizer != OptimizerKind::Sgd) job.options.lr = 0.02;
  job.options.schedule = ScheduleKind::OneCycle;
  job.options.weight_decay = 0.01;
  job.options.clip_norm = 1;
  job.options.label_smoothing = 0.1;
  job.options.augment.kind = data::Augment::Kind::PadCrop;
  job.options.seed = 5;
  return job;
}

size_t live_bytes() { return allocator(kHostDevice).stats().live; }

}  // namespace

TEST_CASE("device: a training run ends with the bits of the CPU") {
  const HostDeviceScope scope;
  const size_t before = live_bytes();
  for (const OptimizerKind kind : {OptimizerKind::Sgd, OptimizerKind::AdamW})
    for (const int workers : {0, 3}) {
      Job job = hard_job(kind);
      job.options.workers = workers;
      CHECK(job.run(kHostDevice).value() == job.run(Device{}).value());
    }
  CHECK(live_bytes() == before);
  CHECK(testing::pinned_bytes() == 0);
}

TEST_CASE("device: so does one whose pictures stay there, if they fit") {
  const HostDeviceScope scope;
  const size_t before = live_bytes();
  for (const auto kind : {data::Augment::Kind::None, data::Augment::Kind::RandomResizedCrop}) {
    Job job = hard_job(OptimizerKind::Sgd);
    job.options.augment.kind = kind;
    const Outcome expected = job.run(Device{}).value();
    job.options.picture_cache = 22 * 12 * 12 * 3;
    CHECK(job.run(kHostDevice).value() == expected);
    --job.options.picture_cache;
    CHECK(job.run(kHostDevice).value() == expected);
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("device: a run says where its pictures are, and why") {
  const HostDeviceScope scope;
  const auto pictures = testing::tiny_pictures(300);
  TrainOptions options{.epochs = 2, .batch = 150};
  options.augment.kind = data::Augment::Kind::RandomResizedCrop;
  const auto note = [&](const std::string& frozen = {}, Device device = kHostDevice) {
    const auto network = tiny_network();
    network->to(device);
    if (!frozen.empty()) freeze(*network, frozen);
    Stopper observer(kNever);
    const std::string told =
        train(*network, pictures, nullptr, network->preprocess, options, &observer).pictures_note;
    const bool noted = std::ranges::count(observer.notes, "pictures " + told) == 1;
    CHECK(noted == (device == kHostDevice && frozen.empty()));
    return told;
  };
  CHECK(note() == "on the device: 126 KiB");
  CHECK(note({}, Device{}) == "from the host: the network is there");
  options.picture_cache = 100 << 10;
  CHECK(note() == "from the host: more than 100 KiB");
  options.picture_cache = SIZE_MAX;
  options.epochs = 1;
  CHECK(note() == "from the host: a single epoch");
  options.augment = {};
  CHECK(note("trunk") == "not needed: features are cached");
}

TEST_CASE("device: pictures for which it has no memory come from the host") {
  const HostDeviceScope scope;
  Allocator& memory = allocator(kHostDevice);
  const auto network = tiny_network();
  network->to(kHostDevice);
  const auto pictures = testing::tiny_pictures(4000);
  memory.set_budget(live_bytes() + (1 << 20));  // the pictures are 1.6 MiB
  const TrainResult result =
      train(*network, pictures, nullptr, network->preprocess, {.epochs = 2, .batch = 16});
  memory.set_budget(kNoBudget);
  CHECK(result.pictures_note.starts_with("from the host: "));
  CHECK(result.pictures_note.find("out of memory: 1728000 bytes on cuda:0") != std::string::npos);
}

TEST_CASE("device: so does one on cached features, which stay on the host") {
  const HostDeviceScope scope;
  for (const bool cache : {true, false}) {
    Job job;
    job.frozen = "trunk";
    job.options.cache_features = cache;
    CHECK(job.run(kHostDevice).value() == job.run(Device{}).value());
  }
  const auto network = tiny_network();
  network->to(kHostDevice);
  freeze(*network, "trunk");
  const FeatureCache features(*network, network->head_stage(), tiny_pictures(5),
                              network->preprocess, 2, SIZE_MAX);
  CHECK(features.features().device() == Device{});
}

TEST_CASE("device: a run goes on where another device has left it") {
  const HostDeviceScope scope;
  const Outcome expected = hard_job(OptimizerKind::AdamW).run(Device{}).value();
  for (const Device first : {Device{}, kHostDevice})
    for (const int64_t step : {1, 3, 5, 7}) {
      CAPTURE(step);
      const TempFolder folder;
      Job job = hard_job(OptimizerKind::AdamW);
      job.options.checkpoints = folder.path();
      REQUIRE_FALSE(job.run(first, step));
      job.options.resume = true;
      CHECK(job.run(first == Device{} ? kHostDevice : Device{}).value() == expected);
    }
}

TEST_CASE("device: thawing a layer drops the cache in the middle of an epoch") {
  class Thaw final : public TrainObserver {
   public:
    explicit Thaw(layers::Network& network) : network_(network) {}
    void on_progress(const Progress& p) override {
      if (std::string_view(p.phase) == "epoch" && ++steps_ == 4) network_.at("conv2").unfreeze();
    }

   private:
    layers::Network& network_;
    int steps_ = 0;
  };
  const HostDeviceScope scope;
  std::vector<std::vector<TensorHash>> ends;
  for (const Device device : {Device{}, kHostDevice}) {
    const auto network = tiny_network();
    network->to(device);
    freeze(*network, "trunk");
    Thaw thaw(*network);
    train(*network, tiny_pictures(22), nullptr, network->preprocess, {.epochs = 3, .batch = 8},
          &thaw);
    ends.push_back(hashes(*network));
  }
  CHECK(ends[0] == ends[1]);
}

TEST_CASE("device: every kind of model, evaluated") {
  const HostDeviceScope scope;
  for (const char* name : {"mnist_cnn", "cifar_resnet20"}) {
    CAPTURE(name);
    const auto network = models::make_model(name, {.classes = 3, .seed = 4});
    const auto pictures = tiny_pictures(7);
    Preprocess contract = network->preprocess;
    if (contract.channels() != 3) continue;
    const Evaluated here = evaluate(*network, pictures, contract, 3);
    network->to(kHostDevice);
    const Evaluated there = evaluate(*network, pictures, contract, 3);
    CHECK(testing::same_bits(here.logits, there.logits));
    CHECK(here.score.loss == there.score.loss);
    CHECK(here.score.correct == there.score.correct);
    CHECK(score(to_device(here.logits, kHostDevice), labels_of(*pictures)).loss == here.score.loss);
  }
}

TEST_CASE("device: weights are loaded into a network there, and saved from it") {
  const HostDeviceScope scope;
  const auto source = tiny_network(3, 1), target = tiny_network(3, 2);
  const WeightFile file = to_weight_file(source->named_tensors());
  target->to(kHostDevice);
  CHECK(load_state(target->named_tensors(), file).complete());
  CHECK(hashes(*target) == hashes(*source));
  const WeightFile saved = to_weight_file(target->named_tensors());
  CHECK(hash_tensors(saved) == hash_tensors(file));
}

TEST_CASE("device: a new head is where the network is, with the same values") {
  const HostDeviceScope scope;
  const auto here = models::make_model("squeezenet1_1", {.classes = 4, .seed = 1}),
             there = models::make_model("squeezenet1_1", {.classes = 4, .seed = 1});
  there->to(kHostDevice);
  here->reset_head(5, 3);
  there->reset_head(5, 3);
  CHECK(hashes(*there) == hashes(*here));
  here->set_linear_head(6, 3);
  there->set_linear_head(6, 3);
  CHECK(hashes(*there) == hashes(*here));
  for (const NamedTensor& parameter : there->parameters())
    CHECK(parameter.tensor.device() == kHostDevice);
}

TEST_CASE("device: handles, gradients and wishes move with a module, counters stay") {
  const HostDeviceScope scope;
  const auto network = tiny_network();
  freeze(*network, "conv1");
  const std::vector<NamedTensor> before = network->named_tensors();
  network->eval();
  const Tensor x = Tensor::full({2, 12, 12, 3}, 0.5);
  backward(sum(square((*network)(x))));
  const Tensor gradient = network->at("fc").parameters()[0].tensor.grad();
  network->to(kHostDevice);
  CHECK(network->device() == kHostDevice);
  for (const NamedTensor& entry : before) {
    CAPTURE(entry.path);
    const bool counter = is_batch_counter(entry.path);
    CHECK(entry.tensor.device() == (counter ? Device{} : kHostDevice));
    CHECK(entry.tensor.requires_grad() == (!entry.buffer && entry.path != "conv1.weight"));
  }
  const Tensor moved = network->at("fc").parameters()[0].tensor.grad();
  CHECK(moved.device() == kHostDevice);
  CHECK(testing::same_bits(to_device(moved, Device{}), gradient));
  network->to(Device{});
  CHECK(hashes(*network) == hashes(*tiny_network()));
  Tensor computed = network->at("fc").parameters()[0].tensor * 2.0;
  CHECK(testing::error_text([&] { computed.move_to(kHostDevice); }) ==
        "move_to: tensor is computed, not a leaf; use to_device()");
}

TEST_CASE("device: too little memory names the op, and leaves network and memory as they were") {
  const HostDeviceScope scope;
  Allocator& memory = allocator(kHostDevice);
  const size_t before = live_bytes();
  {
    const auto network = tiny_network();
    const auto expected = hashes(*network);
    memory.set_budget(before + 900);
    CHECK(testing::error_text([&] {
            network->to(kHostDevice);
          }).starts_with("graft: out of memory: "));
    CHECK(network->device() == Device{});
    CHECK(hashes(*network) == expected);
    CHECK(live_bytes() == before);

    memory.set_budget(kNoBudget);
    network->to(kHostDevice);
    const size_t weights = live_bytes();
    memory.set_budget(weights + 20000);
    const std::string text = testing::error_text([&] {
      train(*network, tiny_pictures(8), nullptr, network->preprocess, {.epochs = 1, .batch = 8});
    });
    CHECK(text.find("out of memory: ") != std::string::npos);
    CHECK_FALSE(text.starts_with("graft: "));
    CHECK(live_bytes() == weights);
    memory.set_budget(kNoBudget);
    CHECK(evaluate(*network, tiny_pictures(8), network->preprocess, 8).score.n == 8);
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("device: a network and its input on two devices") {
  const HostDeviceScope scope;
  const auto network = tiny_network();
  network->to(kHostDevice);
  network->eval();
  CHECK(testing::error_text([&] {
          (*network)(Tensor::zeros({1, 12, 12, 3}));
        }) == "conv2d_forward: operands on cpu and cuda:0");
}

TEST_CASE("device: batch norms that are folded into filters are seen there, too") {
  const HostDeviceScope scope;
  const auto network = tiny_network();
  for (const NamedTensor& entry : network->named_tensors())
    if (entry.path == "bn1.bias") Tensor(entry.tensor.detach()).fill_(0.5);
  CHECK(folded_norms(*network) == std::vector<std::string>{"bn1"});
  network->to(kHostDevice);
  CHECK(folded_norms(*network) == std::vector<std::string>{"bn1"});
}

}  // namespace graft::transfer
