// A run that was stopped, killed or damaged at any step ends with the bits of one that was not.
#include <doctest/doctest.h>

#include <optional>

#include "graft/models/cifar_resnet.h"
#include "graft/transfer/checkpoint/checkpoint.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/training/trainer.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/numerics_scope.h"
#include "support/pictures.h"
#include "support/thread_count.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::TempFolder;
using testing::tiny_network;
using testing::tiny_pictures;

struct Killed {};

// Stops a run after so many steps of this life, politely or as a crash would.
class Stopper final : public TrainObserver {
 public:
  explicit Stopper(int64_t steps, bool crash = false) : left_(steps), crash_(crash) {}
  void on_begin(const std::vector<EpochResult>& done) override { epochs_behind = done.size(); }
  void on_progress(const Progress& p) override {
    if (std::string_view(p.phase) != "epoch") return;
    if (--left_ == 0 && crash_) throw Killed{};
  }
  void on_note(const std::string& text) override { notes.push_back(text); }
  bool should_stop() override { return left_ <= 0; }

  std::vector<std::string> notes;
  size_t epochs_behind = 0;

 private:
  int64_t left_;
  bool crash_;
};

constexpr int64_t kNever = 1 << 20;

struct Outcome {
  std::vector<TensorHash> hashes;
  std::vector<double> losses;
  int best_epoch = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Job {
  TrainOptions options{.epochs = 4, .batch = 8, .lr = 0.2};
  std::string frozen;

  // The end of a run, or nothing if it was stopped before.
  std::optional<Outcome> run(TrainObserver& observer) const {
    const auto network = tiny_network();
    if (!frozen.empty()) freeze(*network, frozen);
    const TrainResult result = train(*network, tiny_pictures(22), tiny_pictures(12, 3, 90),
                                     network->preprocess, options, &observer);
    if (result.interrupted) return std::nullopt;
    Outcome outcome{testing::hashes(*network), {}, result.best_epoch};
    for (const EpochResult& epoch : result.history) {
      outcome.losses.push_back(epoch.train_loss);
      outcome.losses.push_back(epoch.dev->loss);
    }
    return outcome;
  }
  Outcome run_through() const {
    Stopper never(kNever);
    return run(never).value();
  }
  Job resumed() const {
    Job job = *this;
    job.options.resume = true;
    return job;
  }
};

constexpr int64_t kSteps = 12;  // 4 epochs of 3

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

}  // namespace

TEST_CASE("resume: from every step, with momentum or AdamW, dropout and augmentation") {
  for (const OptimizerKind kind : {OptimizerKind::Sgd, OptimizerKind::AdamW}) {
    Job job = hard_job(kind);
    const Outcome expected = job.run_through();
    for (int64_t step = 1; step < kSteps; ++step) {
      CAPTURE(step);
      const TempFolder folder;
      job.options.checkpoints = folder.path();
      job.options.workers = step % 3 == 0 ? 0 : step % 3 == 1 ? 1 : 4;
      Stopper stopper(step), never(kNever);
      REQUIRE_FALSE(job.run(stopper));
      job.options.workers = static_cast<int>(step % 2);
      CHECK(job.resumed().run(never) == expected);
      CHECK(never.epochs_behind == static_cast<size_t>(step / 3));
    }
  }
}

TEST_CASE("resume: a run of lives of a step each") {
  Job job = hard_job(OptimizerKind::Sgd);
  const Outcome expected = job.run_through();
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  const Job resumed = job.resumed();
  std::optional<Outcome> end;
  for (int64_t life = 0; life <= kSteps && !end; ++life) {
    Stopper stopper(1);
    end = resumed.run(stopper);
  }
  REQUIRE(end);
  CHECK(*end == expected);
  Stopper never(kNever);
  CHECK(resumed.run(never) == expected);  // already at the end: the same again
}

TEST_CASE("resume: the patience of early stopping goes on counting") {
  Job job;
  job.options = {
      .epochs = 40, .batch = 8, .lr = 0.8, .schedule = ScheduleKind::Constant, .patience = 3};
  const Outcome expected = job.run_through();
  const auto epochs = static_cast<int64_t>(expected.losses.size() / 2);
  REQUIRE(epochs < 40);
  for (int64_t epoch = expected.best_epoch - 1; epoch < epochs; ++epoch) {
    if (epoch == 0) continue;
    CAPTURE(epoch);
    const TempFolder folder;
    job.options.checkpoints = folder.path();
    Stopper stopper(3 * epoch), never(kNever);
    REQUIRE_FALSE(job.run(stopper));
    CHECK(job.resumed().run(never) == expected);
  }
}

TEST_CASE("resume: with the feature cache, which is made again from the restored weights") {
  for (const bool cache : {false, true}) {
    Job job;
    job.frozen = "trunk";
    job.options.cache_features = cache;
    const Outcome expected = job.run_through();
    const TempFolder folder;
    job.options.checkpoints = folder.path();
    Stopper stopper(5), never(kNever);
    REQUIRE_FALSE(job.run(stopper));
    job.options.cache_features = true;
    CHECK(job.resumed().run(never) == expected);
    REQUIRE(never.notes.size() == 2);
    CHECK(never.notes[0] == "resumed at epoch 2, step 2");
    CHECK(never.notes[1] == "feature cache holds the output of avgpool");
  }
}

TEST_CASE("resume: of the best weights only those are saved that the network does not hold") {
  Job job;
  job.frozen = "trunk";
  const Outcome expected = job.run_through();
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  Stopper stopper(5), never(kNever);
  REQUIRE_FALSE(job.run(stopper));
  const auto saved = CheckpointFolder(folder.path()).load_newest().checkpoint.value();
  std::vector<std::string> names;
  for (const WeightFile::Entry& entry : saved.content.at("best").entries())
    names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"fc.weight", "fc.bias"});
  // A checkpoint with all of them means the same.
  CheckpointContent whole = saved.content;
  WeightFile best;
  for (const WeightFile::Entry& entry : saved.content.at("model").entries()) {
    const Tensor* other = saved.content.at("best").find(entry.name);
    best.add(entry.name, other ? *other : entry.tensor);
  }
  for (auto& [name, file] : whole.weights)
    if (name == "best") file = best;
  CheckpointFolder(folder.path()).save(saved.step, whole);
  CHECK(job.resumed().run(never) == expected);
}

TEST_CASE("resume: after a crash at any step, and with the newest checkpoint damaged") {
  Job job = hard_job(OptimizerKind::AdamW);
  job.options.epochs = 2;
  job.options.checkpoint_steps = 1;
  const Outcome expected = job.run_through();
  for (const bool damage : {false, true}) {
    for (int64_t step = 1; step <= 6; step += damage ? 3 : 1) {
      CAPTURE(step);
      const TempFolder folder;
      job.options.checkpoints = folder.path();
      Stopper killer(step, true), never(kNever);
      CHECK_THROWS_AS(job.run(killer), Killed);
      const auto newest = folder.path() / ("step-" + std::to_string(step - 1)) /
                          (step % 2 == 0 ? "model.safetensors" : "optimizer.safetensors");
      const bool damaged = damage && std::filesystem::exists(newest);
      if (damaged) std::filesystem::resize_file(newest, std::filesystem::file_size(newest) - 1);
      CHECK(job.resumed().run(never) == expected);
      if (damaged)
        CHECK(never.notes.at(0).find("is damaged and was not used") != std::string::npos);
    }
  }
}

TEST_CASE("resume: short epochs share a checkpoint, but a stop always writes one") {
  Job job;
  job.options.checkpoint_seconds = 3600;
  const Outcome expected = job.run_through();
  for (const bool crash : {false, true}) {
    const TempFolder folder;
    job.options.checkpoints = folder.path();
    Stopper stopper(8, crash), never(kNever);
    if (crash)
      CHECK_THROWS_AS(job.run(stopper), Killed);
    else
      CHECK_FALSE(job.run(stopper));
    CHECK(job.resumed().run(never) == expected);
    CHECK(never.notes.at(0) ==
          (crash ? "no checkpoint to resume from: starting over" : "resumed at epoch 3, step 2"));
  }
}

TEST_CASE("resume: not with as many other parameters trained") {
  Job job;
  job.frozen = "bn1.weight";
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  Stopper stopper(4), never(kNever);
  REQUIRE_FALSE(job.run(stopper));
  Job other = job.resumed();
  other.frozen = "bn1.bias";
  CHECK(testing::error_text([&] { other.run(never); })
            .starts_with("resume: the checkpoints in " + folder.path().string() +
                         " are of another run: trained_hash was "));
}

TEST_CASE("resume: not as another run") {
  Job job;
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  Stopper stopper(4), never(kNever);
  REQUIRE_FALSE(job.run(stopper));
  const std::string start =
      "resume: the checkpoints in " + folder.path().string() + " are of another run: ";
  Job other = job.resumed();
  other.options.lr = 0.1;
  CHECK(testing::error_text([&] { other.run(never); }) == start + "lr was 0.2, is now 0.1");
  other = job.resumed();
  other.options.optimizer = OptimizerKind::AdamW;
  CHECK(testing::error_text([&] { other.run(never); }) ==
        start + "optimizer was \"sgd\", is now \"adamw\"");
  other = job.resumed();
  other.options.schedule = ScheduleKind::OneCycle;
  CHECK(testing::error_text([&] { other.run(never); }) ==
        start + "schedule was \"cosine\", is now \"onecycle\"");
  other = job.resumed();
  other.options.batch = 4;
  CHECK(testing::error_text([&] { other.run(never); }) == start + "batch was 8, is now 4");
  other = job.resumed();
  other.frozen = "conv1";
  CHECK(testing::error_text([&] { other.run(never); }) ==
        start + "trained_values was 365, is now 257");
  const std::pair<Numerics, const char*> computed[] = {
      {{.exact = true}, "exact was false, is now true"},
      {{.tf32 = true}, "tf32 was false, is now true"},
      {{.frozen = Precision::BF16}, "frozen_precision was \"f32\", is now \"bf16\""},
      {{.kept = Precision::BF16}, "kept_activations was \"f32\", is now \"bf16\""}};
  for (const auto& [numerics, difference] : computed) {
    const testing::NumericsScope scope(numerics);
    CHECK(testing::error_text([&] { job.resumed().run(never); }) == start + difference);
  }
  other = job.resumed();
  other.options.augment.kind = data::Augment::Kind::Flip;
  CHECK(testing::error_text([&] { other.run(never); }) ==
        start + "augment was \"none\", is now \"flip\"");
  const auto network = tiny_network();
  CHECK(testing::error_text([&] {
          train(*network, tiny_pictures(22, 3, 1), tiny_pictures(12, 3, 90), network->preprocess,
                job.resumed().options);
        }).starts_with(start + "train_hash was "));
  CHECK(job.resumed().run(never) == Job().run_through());  // and the refusals left it whole
}

TEST_CASE("resume: a checkpoint that contradicts itself is refused and leaves the network whole") {
  Job job;
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  Stopper stopper(4);
  REQUIRE_FALSE(job.run(stopper));
  const CheckpointContent good = CheckpointFolder(folder.path()).load_newest().checkpoint->content;
  const auto network = tiny_network();
  const auto before = testing::hashes(*network);
  const auto refusal = [&](const CheckpointContent& content) {
    CheckpointFolder(folder.path()).save(100, content);
    return testing::error_text([&] {
      train(*network, tiny_pictures(22), tiny_pictures(12, 3, 90), network->preprocess,
            job.resumed().options);
    });
  };
  CheckpointContent bad = good;
  bad.state.set("best_epoch", 7);
  CHECK(refusal(bad) ==
        "checkpoint: its counters do not agree: epoch 2, step 1, best epoch 7 of 1");
  bad = good;
  bad.weights[1].second = WeightFile();
  bad.weights[1].second.add("conv9.weight#momentum", Tensor::zeros({1}));
  CHECK(refusal(bad) ==
        "sgd: state holds 1 tensors, of which 0 belong to the optimizer's parameters");
  CHECK(testing::hashes(*network) == before);
}

TEST_CASE("resume: a folder in use is refused at once") {
  Job job;
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  class Intruder final : public TrainObserver {
   public:
    explicit Intruder(const Job& job) : job_(job) {}
    void on_epoch(const EpochResult&) override {
      Stopper never(kNever);
      text = testing::error_text([&] { job_.resumed().run(never); });
    }
    std::string text;

   private:
    const Job& job_;
  } intruder(job);
  job.run(intruder);
  CHECK(intruder.text.find("locked") != std::string::npos);
}

TEST_CASE("resume: a stop while features are computed leaves nothing to go on from") {
  Job job;
  job.frozen = "trunk";
  const Outcome expected = job.run_through();
  const TempFolder folder;
  job.options.checkpoints = folder.path();
  Stopper now(0), never(kNever);
  CHECK_FALSE(job.run(now));
  CHECK(now.notes == std::vector<std::string>{"feature cache off: stopped while it was filled"});
  CHECK(job.resumed().run(never) == expected);
  CHECK(never.notes.at(0) == "no checkpoint to resume from: starting over");
}

TEST_CASE("trainer: 1, 2 and 3 threads give bit-equal weights") {
  std::vector<std::vector<TensorHash>> tiny, resnet;
  for (const int count : {1, 2, 3}) {
    const testing::ThreadCount scope(count);
    tiny.push_back(hard_job(OptimizerKind::AdamW).run_through().hashes);
    const auto network = models::make_cifar_resnet(8, {.classes = 3, .seed = 2});
    std::vector<data::Image> images;
    for (uint64_t i = 0; i < 20; ++i) images.push_back(testing::noise_image(32, 32, 3, 9999 * i));
    std::vector<int64_t> labels(20);
    for (size_t i = 0; i < 20; ++i) labels[i] = static_cast<int64_t>(i % 3);
    const auto pictures = std::make_shared<data::InMemory>(
        "noise", std::move(images), std::move(labels), std::vector<std::string>{"a", "b", "c"});
    train(*network, pictures, nullptr, network->preprocess, {.epochs = 2, .batch = 8, .lr = 0.1});
    resnet.push_back(testing::hashes(*network));
  }
  CHECK(tiny[1] == tiny[0]);
  CHECK(tiny[2] == tiny[0]);
  CHECK(resnet[1] == resnet[0]);
  CHECK(resnet[2] == resnet[0]);
}

}  // namespace graft::transfer
