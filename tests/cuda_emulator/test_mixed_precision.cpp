// Fine-tuning in mixed precision, whole: what TrainOptions::precision changes and what it must not.
#include <doctest/doctest.h>

#include <cmath>
#include <optional>

#include "cuda_emulator/emulated_device.h"
#include "graft/core/autocast.h"
#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops.h"
#include "graft/models/registry.h"
#include "graft/optim/clip.h"
#include "graft/transfer/checkpoint/checkpoint.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/state.h"
#include "graft/transfer/training/feature_cache.h"
#include "graft/transfer/training/trainer.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/tensors.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::emulated_device;
using testing::hashes;
using testing::TempFolder;
using testing::tiny_network;
using testing::tiny_pictures;

// Keeps what a run says, and stops it after so many steps.
class Listener final : public TrainObserver {
 public:
  explicit Listener(int64_t steps = 1 << 20) : left_(steps) {}
  void on_progress(const Progress& p) override {
    if (std::string_view(p.phase) != "epoch") return;
    losses.push_back(p.loss);
    --left_;
  }
  void on_note(const std::string& text) override { notes.push_back(text); }
  bool should_stop() override { return left_ <= 0; }

  std::vector<double> losses;  // of steps
  std::vector<std::string> notes;

 private:
  int64_t left_;
};

struct Job {
  TrainOptions options{.epochs = 4, .batch = 8, .lr = 0.05};
  std::string frozen;
  double head_scale = 1;

  std::unique_ptr<layers::Network> network() const {
    auto network = tiny_network();
    for (NamedTensor parameter : network->at("fc").parameters()) {
      const NoGrad no_grad;
      parameter.tensor.copy_(mul(parameter.tensor, head_scale));
    }
    network->to(emulated_device());
    if (!frozen.empty()) freeze(*network, frozen);
    return network;
  }
  TrainResult run(layers::Network& network, TrainObserver& observer) const {
    return train(network, tiny_pictures(22), tiny_pictures(12, 3, 90), network.preprocess, options,
                 &observer);
  }
};

Job job_in(DType precision) {
  Job job;
  job.options.precision = precision;
  return job;
}

std::vector<double> losses_of(const Job& job) {
  Listener listener;
  const auto network = job.network();
  job.run(*network, listener);
  return listener.losses;
}

}  // namespace

// Every step's loss is that of f32 up to what rounding explains. A logit comes through three
// products, each of which rounds two factors and a result: 9 u of its size, u being half a unit in
// the last place, and a cross entropy moves by at most twice the largest change of a logit. These
// logits are of size 1. Weights drift too, but the steps together move them by less than
// themselves.
TEST_CASE("mixed precision: a run follows that of f32 within its rounding") {
  const std::vector<double> full = losses_of(job_in(DType::F32));
  double worst_before = 1;
  for (const DType precision : {DType::BF16, DType::F16}) {
    CAPTURE(std::string(to_string(precision)));
    const double u = precision == DType::BF16 ? 0x1p-9 : 0x1p-12;
    const std::vector<double> mixed = losses_of(job_in(precision));
    REQUIRE(mixed.size() == full.size());
    double worst = 0;
    for (size_t i = 0; i < full.size(); ++i) worst = std::max(worst, std::abs(mixed[i] - full[i]));
    CHECK(worst > 0);
    CHECK(worst <= 18 * u);
    CHECK(worst < worst_before);  // f16 has three bits more
    worst_before = worst;
  }
  CHECK(full.back() < full.front());
}

TEST_CASE("mixed precision: parameters, gradients and the optimizer's state stay f32") {
  const TempFolder folder;
  Job job = job_in(DType::F16);
  job.options.checkpoints = folder.path();
  const auto network = job.network();
  Listener listener(2);
  CHECK(job.run(*network, listener).interrupted);
  for (const NamedTensor& entry : network->named_tensors()) {
    CAPTURE(entry.path);
    CHECK((entry.tensor.dtype() == DType::F32 || is_batch_counter(entry.path)));
    if (entry.tensor.requires_grad()) CHECK(entry.tensor.grad().dtype() == DType::F32);
  }
  const auto saved = CheckpointFolder(folder.path()).load_newest().checkpoint.value();
  for (const WeightFile::Entry& entry : saved.content.at("optimizer").entries())
    CHECK((entry.tensor.dtype() == DType::F32 || entry.tensor.dtype() == DType::I64));
  CHECK(saved.content.state.at("loss_scale").as_number("scale") == 65536);
  CHECK(saved.content.state.at("loss_scale_steps").as_integer("steps") == 2);
}

TEST_CASE("mixed precision: a gradient that f16 cannot hold skips the step and halves the scale") {
  // Towards the features go (p - 1/n) / batch * 2^16 times weights of the head, to about 2^13 * 60.
  Job job = job_in(DType::F16);
  job.head_scale = 100;
  job.options.epochs = 1;
  job.options.batch = 22;
  const auto network = job.network(), before = job.network();
  Listener listener;
  const TrainResult one = job.run(*network, listener);
  CHECK(one.history.at(0).skipped_steps == 1);
  CHECK(one.history.at(0).loss_scale == 32768);
  CHECK(listener.notes.back() ==
        "epoch 1, step 1 skipped: gradients too large for f16; the loss scale is now 32768");
  for (size_t i = 0; i < before->parameters().size(); ++i)
    CHECK(testing::same_bits(to_device(network->parameters()[i].tensor.detach(), {}),
                             to_device(before->parameters()[i].tensor.detach(), {})));

  job.options.epochs = 12;
  const auto longer = job.network();
  const TrainResult all = job.run(*longer, listener);
  const int64_t skipped = skipped_steps(all.history);
  CHECK(skipped > 1);
  CHECK(skipped < 12);
  CHECK(all.history.back().loss_scale == std::ldexp(65536.0, -static_cast<int>(skipped)));
  CHECK(all.history.back().skipped_steps == 0);
  CHECK(hashes(*longer) != hashes(*before));

  job.options.precision = DType::BF16;  // has f32's range
  const auto wide = job.network();
  const TrainResult none = job.run(*wide, listener);
  CHECK(skipped_steps(none.history) == 0);
  CHECK_FALSE(none.history.back().loss_scale);
}

TEST_CASE("mixed precision: a run that was stopped ends with the bits of one that was not") {
  for (const DType precision : {DType::BF16, DType::F16}) {
    Job job = job_in(precision);
    job.head_scale = 100;  // f16 skips some of the first steps
    job.options.clip_norm = 1;
    job.options.optimizer = OptimizerKind::AdamW;
    Listener never;
    const auto whole = job.network();
    const TrainResult expected = job.run(*whole, never);
    CHECK((skipped_steps(expected.history) > 0) == (precision == DType::F16));
    for (const int64_t step : {1, 2, 3, 7}) {
      CAPTURE(step);
      const TempFolder folder;
      Job part = job;
      part.options.checkpoints = folder.path();
      Listener stopper(step), rest;
      REQUIRE(part.run(*part.network(), stopper).interrupted);
      part.options.resume = true;
      const auto resumed = part.network();
      const TrainResult end = part.run(*resumed, rest);
      CHECK(hashes(*resumed) == hashes(*whole));
      REQUIRE(end.history.size() == expected.history.size());
      for (size_t i = 0; i < end.history.size(); ++i) {
        CHECK(end.history[i].train_loss == expected.history[i].train_loss);
        CHECK(end.history[i].dev->loss == expected.history[i].dev->loss);
        CHECK(end.history[i].skipped_steps == expected.history[i].skipped_steps);
        CHECK(end.history[i].loss_scale == expected.history[i].loss_scale);
      }
    }
  }
}

TEST_CASE("mixed precision: a run does not go on in another one") {
  const TempFolder folder;
  Job job = job_in(DType::BF16);
  job.options.checkpoints = folder.path();
  Listener stopper(2), never;
  REQUIRE(job.run(*job.network(), stopper).interrupted);
  job.options.resume = true;
  job.options.precision = DType::F32;
  CHECK(testing::error_text([&] {
          job.run(*job.network(), never);
        }).ends_with(" are of another run: precision was \"bf16\", is now \"f32\""));
}

TEST_CASE("mixed precision: cached features are of its type and give the bits of a run without") {
  for (const DType precision : {DType::BF16, DType::F16}) {
    Job job = job_in(precision);
    job.frozen = "trunk";
    Listener cached, plain;
    const auto with = job.network(), without = job.network();
    const TrainResult result = job.run(*with, cached);
    CHECK(result.cached_stages == with->head_stage());
    job.options.cache_features = false;
    job.run(*without, plain);
    CHECK(hashes(*with) == hashes(*without));
    CHECK(cached.losses == plain.losses);

    const AutocastScope scope(precision);
    const FeatureCache cache(*with, with->head_stage(), tiny_pictures(5), with->preprocess, 2,
                             SIZE_MAX);
    CHECK(cache.features().dtype() == precision);
    CHECK(cache.valid(*with));
    const AutocastScope full(DType::F32);
    CHECK_FALSE(cache.valid(*with));
  }
}

TEST_CASE("mixed precision: what is measured on the dev set is what evaluate() says in it") {
  Job job = job_in(DType::BF16);
  job.options.epochs = 1;
  Listener listener;
  const auto network = job.network();
  const TrainResult result = job.run(*network, listener);
  const auto dev = tiny_pictures(12, 3, 90);
  const Evaluated full = evaluate(*network, dev, network->preprocess, 5);
  const AutocastScope scope(DType::BF16);
  const Evaluated mixed = evaluate(*network, dev, network->preprocess, 5);
  CHECK(mixed.logits.dtype() == DType::F32);
  CHECK(mixed.score.loss == result.dev->loss);
  CHECK(mixed.score.loss != full.score.loss);
  CHECK(mixed.score.loss == doctest::Approx(full.score.loss).epsilon(18 * 0x1p-9));
}

// Random weights; what rounding does to a logit is random too: in up to 53 layers, with a few
// roundings each, it grows like the root of their number.
TEST_CASE("mixed precision: every kind of network, frozen and in training") {
  const Device device = emulated_device();
  const Tensor pictures = to_device(testing::formula_tensor("p", {2, 33, 33, 3}), device);
  const Tensor labels = to_device(Tensor::from(std::vector<int64_t>{1, 0}, {2}), device);
  for (const char* name : {"cifar_resnet20", "mobilenet_v2", "squeezenet1_1"}) {
    CAPTURE(std::string(name));
    const auto network = models::make_model(name, {.classes = 3, .seed = 1});
    network->to(device);
    network->eval();
    const auto logits = [&](DType precision) {
      const NoGrad no_grad;
      const AutocastScope scope(precision);
      return cast(to_device((*network)(pictures), {}), DType::F32);
    };
    const Tensor full = logits(DType::F32), mixed = logits(DType::BF16);
    const double error = max(abs(sub(mixed, full))).item();
    CHECK(error > 0);
    CHECK(error <= 4 * std::sqrt(53.0) * 0x1p-9 * max(abs(full)).item());

    network->train();
    network->begin_training_step(1, 0);
    Tensor loss;
    {
      const AutocastScope scope(DType::BF16);
      loss = cross_entropy((*network)(pictures), labels);
    }
    backward(loss);
    for (const NamedTensor& parameter : network->parameters())
      CHECK(parameter.tensor.grad().dtype() == DType::F32);
    CHECK(optim::gradients_finite(network->parameters()));
  }
}

}  // namespace graft::transfer
