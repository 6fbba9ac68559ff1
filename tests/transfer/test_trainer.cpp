// The training job itself: what it chooses, what reaches the optimizer, what it refuses.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "graft/transfer/freeze.h"
#include "graft/transfer/training/trainer.h"
#include "support/error_text.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::hashes;
using testing::tiny_network;
using testing::tiny_pictures;

// Calls `each_step` after every training step.
class StepObserver final : public TrainObserver {
 public:
  explicit StepObserver(std::function<void(const Progress&)> each_step)
      : each_step_(std::move(each_step)) {}
  void on_progress(const Progress& p) override {
    if (std::string_view(p.phase) == "epoch") each_step_(p);
  }

 private:
  std::function<void(const Progress&)> each_step_;
};

std::vector<double> rates(const TrainOptions& options) {
  const auto network = tiny_network();
  std::vector<double> lr;
  StepObserver observer([&](const TrainObserver::Progress& p) { lr.push_back(p.lr); });
  train(*network, tiny_pictures(8), nullptr, network->preprocess, options, &observer);
  return lr;
}

double distance(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (size_t i = 0; i < a.values<float>().size(); ++i)
    sum += std::abs(static_cast<double>(a.values<float>()[i] - b.values<float>()[i]));
  return sum;
}

Tensor tensor_at(const layers::Network& network, const std::string& path) {
  for (const NamedTensor& entry : network.named_tensors())
    if (entry.path == path) return entry.tensor;
  FAIL("no tensor " << path);
  return {};
}

std::string refusal(layers::Network& network, const data::DatasetPtr& train_set,
                    const TrainOptions& options = {}, const data::DatasetPtr& dev_set = nullptr) {
  return testing::error_text(
      [&] { train(network, train_set, dev_set, network.preprocess, options); });
}

}  // namespace

TEST_CASE("trainer: learns, and reports each epoch") {
  const auto network = tiny_network();
  const TrainResult result = train(*network, tiny_pictures(60), tiny_pictures(30, 3, 600),
                                   network->preprocess, {.epochs = 12, .batch = 10, .lr = 0.1});
  REQUIRE(result.history.size() == 12);
  CHECK(result.epochs == 12);
  CHECK(result.history.back().train_loss < 0.7 * result.history.front().train_loss);
  CHECK(result.dev->accuracy() > 0.8);
  CHECK(result.dev->n == 30);
  CHECK_FALSE(result.interrupted);
  for (int i = 0; i < 12; ++i) CHECK(result.history[static_cast<size_t>(i)].epoch == i + 1);
}

TEST_CASE("trainer: the weights and buffers that are left are those of the best epoch") {
  const auto network = tiny_network();
  const auto dev_set = tiny_pictures(21, 3, 600);
  std::vector<std::vector<TensorHash>> after_epoch;
  class Recorder final : public TrainObserver {
   public:
    Recorder(const layers::Network& net, std::vector<std::vector<TensorHash>>& out)
        : net_(net), out_(out) {}
    void on_epoch(const EpochResult&) override { out_.push_back(hashes(net_)); }

   private:
    const layers::Network& net_;
    std::vector<std::vector<TensorHash>>& out_;
  } recorder(*network, after_epoch);
  // A rate that throws the weights about, so that the last epoch is not the best.
  const TrainResult result = train(
      *network, tiny_pictures(24), dev_set, network->preprocess,
      {.epochs = 30, .batch = 8, .lr = 0.8, .schedule = ScheduleKind::Constant, .patience = 4},
      &recorder);
  REQUIRE(result.best_epoch > 0);
  REQUIRE(result.best_epoch < result.epochs);
  CHECK(result.epochs == result.best_epoch + 4);  // stopped early
  CHECK(result.epochs < 30);
  const auto best = static_cast<size_t>(result.best_epoch) - 1;
  CHECK(hashes(*network) == after_epoch.at(best));
  CHECK(hashes(*network) != after_epoch.back());
  for (const EpochResult& epoch : result.history) CHECK(epoch.dev->correct <= result.dev->correct);
  const Tensor logits =
      run_over(*network, network->stages().size(), dev_set, network->preprocess, 8);
  CHECK(score(logits, labels_of(*dev_set)).loss == result.dev->loss);
}

TEST_CASE("trainer: of epochs with as many right the best is that of the lowest loss") {
  const auto network = tiny_network();
  const TrainResult result = train(*network, tiny_pictures(24), tiny_pictures(6, 3, 600),
                                   network->preprocess, {.epochs = 12, .batch = 8, .lr = 0.05});
  int as_many = 0;
  for (const EpochResult& epoch : result.history) {
    CHECK(epoch.dev->correct <= result.dev->correct);
    if (epoch.dev->correct < result.dev->correct) continue;
    ++as_many;
    CHECK(epoch.dev->loss >= result.dev->loss);
    if (as_many == 1) CHECK(epoch.epoch < result.best_epoch);  // the first was not the best
  }
  CHECK(as_many > 1);
}

TEST_CASE("trainer: without a dev set the last weights stay") {
  const auto network = tiny_network();
  const TrainResult result =
      train(*network, tiny_pictures(12), nullptr, network->preprocess, {.epochs = 3, .batch = 6});
  CHECK(result.best_epoch == 0);
  CHECK_FALSE(result.dev);
}

TEST_CASE("trainer: the schedule's rate reaches the optimizer at every step") {
  const TrainOptions base{.epochs = 3, .batch = 4, .lr = 0.1};  // 2 steps an epoch
  TrainOptions options = base;
  options.schedule = ScheduleKind::Constant;
  CHECK(rates(options) == std::vector<double>(6, 0.1));
  options.schedule = ScheduleKind::Step;
  const std::vector<double> step = rates(options);
  CHECK(step[1] == doctest::Approx(0.1));
  CHECK(step[2] == doctest::Approx(0.01));
  CHECK(step[5] == doctest::Approx(0.001));
  options.schedule = ScheduleKind::Cosine;
  const std::vector<double> cosine = rates(options);
  for (int i = 0; i < 6; ++i)
    CHECK(cosine[static_cast<size_t>(i)] ==
          doctest::Approx(0.05 * (1 + std::cos(3.14159265358979 * i / 6))));
  options.schedule = ScheduleKind::OneCycle;
  const std::vector<double> cycle = rates(options);
  CHECK(cycle.front() == doctest::Approx(0.1 / 25));
  CHECK(*std::max_element(cycle.begin(), cycle.end()) > 0.08);
  CHECK(cycle.back() < cycle.front());
  options.schedule = ScheduleKind::Constant;
  options.warmup_epochs = 1;
  const std::vector<double> warm = rates(options);
  CHECK(warm[0] == doctest::Approx(0.01));
  CHECK(warm[1] < 0.1);
  CHECK(warm[2] == doctest::Approx(0.1));
}

TEST_CASE("trainer: trunk_lr_scale slows all but the head") {
  const auto start = tiny_network(), slow = tiny_network(), held = tiny_network();
  TrainOptions options{.epochs = 1, .batch = 8, .lr = 0.1, .schedule = ScheduleKind::Constant};
  options.momentum = 0;
  const auto full = tiny_network();
  const auto pictures = tiny_pictures(8);  // one step
  train(*full, pictures, nullptr, full->preprocess, options);
  options.trunk_lr_scale = 0.1;
  train(*slow, pictures, nullptr, slow->preprocess, options);
  options.trunk_lr_scale = 0;
  train(*held, pictures, nullptr, held->preprocess, options);
  for (const char* path : {"conv1.weight", "bn2.bias"}) {
    const Tensor origin = tensor_at(*start, path);
    CHECK(distance(tensor_at(*slow, path), origin) ==
          doctest::Approx(0.1 * distance(tensor_at(*full, path), origin)).epsilon(1e-3));
    CHECK(distance(tensor_at(*held, path), origin) == 0);
  }
  CHECK(distance(tensor_at(*slow, "fc.weight"), tensor_at(*full, "fc.weight")) == 0);
  CHECK(distance(tensor_at(*full, "fc.weight"), tensor_at(*start, "fc.weight")) > 0);
}

TEST_CASE("trainer: a last batch of one sample is left out, a larger one is not") {
  const auto steps = [](int64_t samples, int64_t batch, bool cache) {
    const auto network = tiny_network();
    freeze(*network, "trunk");
    int64_t count = 0;
    StepObserver observer([&](const TrainObserver::Progress& p) {
      ++count;
      CHECK(p.steps >= p.step);
    });
    train(*network, tiny_pictures(samples), nullptr, network->preprocess,
          {.epochs = 1, .batch = batch, .cache_features = cache}, &observer);
    return count;
  };
  for (const bool cache : {false, true}) {
    CHECK(steps(9, 4, cache) == 2);
    CHECK(steps(10, 4, cache) == 3);
    CHECK(steps(3, 1, cache) == 3);
    CHECK(steps(1, 4, cache) == 1);
  }
}

TEST_CASE("trainer: a loss that is not finite names its step and samples") {
  const auto network = tiny_network();
  StepObserver poison([&](const TrainObserver::Progress& p) {
    if (p.step == 2)
      tensor_at(*network, "fc.bias").detach().fill_(std::numeric_limits<double>::quiet_NaN());
  });
  try {
    train(*network, tiny_pictures(12), nullptr, network->preprocess, {.epochs = 2, .batch = 4},
          &poison);
    FAIL("went on with NaN");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::NotFinite);
    const std::string text = error.what();
    CHECK(
        text.starts_with("train: loss is nan at epoch 1, step 2; a lower learning rate or "
                         "clipping may help. Samples: tiny["));
    CHECK(std::count(text.begin(), text.end(), '[') == 4);
  }
}

TEST_CASE("trainer: what cannot be trained is refused before anything is read") {
  const auto network = tiny_network();
  const auto pictures = tiny_pictures(12);
  CHECK(refusal(*network, tiny_pictures(8, 4)) ==
        "train: the head has 3 outputs for 4 classes; reset_head() gives it the right number");
  const auto empty =
      std::make_shared<data::InMemory>("none", std::vector<data::Image>{}, std::vector<int64_t>{},
                                       std::vector<std::string>{"a", "b", "c"});
  CHECK(refusal(*network, empty) == "train: the training set is empty");
  CHECK(refusal(*network, pictures, {}, empty) == "train: the dev set is empty");
  CHECK(refusal(*network, pictures, {}, tiny_pictures(8, 4)) ==
        "train: the dev set has 4 classes, the training set 3");
  CHECK(refusal(*network, pictures, {.epochs = 0}) == "train: 0 epochs of batches of 32");
  CHECK(refusal(*network, pictures, {.batch = 0}) == "train: 10 epochs of batches of 0");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal(*network, pictures, {.lr = nan}) == "train: lr must be finite and >= 0, not nan");
  CHECK(refusal(*network, pictures, {.clip_norm = nan}) ==
        "train: clip_norm must be finite and >= 0, not nan");
  CHECK(refusal(*network, pictures, {.epochs = 2, .warmup_epochs = 3}) ==
        "train: 3 warm-up epochs of 2");
  CHECK(refusal(*network, pictures, {.label_smoothing = 1}) ==
        "train: label_smoothing must be in [0, 1), not 1");
  CHECK(refusal(*network, pictures, {.patience = 2}) ==
        "train: patience of 2 epochs, but no dev set that would show a gain");
  CHECK(refusal(*network, pictures, {.precision = DType::F16}) ==
        "autocast: f16 needs a GPU: kernels of the CPU compute in f32 and f64");
  network->freeze();
  CHECK(refusal(*network, pictures) ==
        "train: every parameter is frozen, nothing is left to train");
}

TEST_CASE("trainer: recorded steps change no bit, whatever is frozen and thawed on the way") {
  for (const char* frozen : {"", "trunk"})
    for (const bool cache : {true, false}) {
      const auto run = [&](bool record) {
        const auto network = tiny_network(3, 7);
        if (*frozen) freeze(*network, frozen);
        StepObserver observer([&](const TrainObserver::Progress& p) {
          if (p.epoch == 3 && p.step == 1) network->at("conv1").freeze();
          if (p.epoch == 3 && p.step == 3) network->at("conv1").unfreeze();
        });
        TrainOptions options{.epochs = 5, .batch = 8, .lr = 0.05};
        options.cache_features = cache;
        options.record_steps = record;
        const TrainResult result = train(*network, tiny_pictures(44), tiny_pictures(12, 3, 90),
                                         network->preprocess, options, &observer);
        CHECK(result.recording_note == (record ? "recorded" : "off by request"));
        return hashes(*network);
      };
      CAPTURE(frozen);
      CAPTURE(cache);
      CHECK(run(true) == run(false));
    }
}

}  // namespace graft::transfer
