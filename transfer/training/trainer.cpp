#include "graft/transfer/training/trainer.h"

#include <chrono>
#include <cmath>
#include <sstream>

#include "graft/core/autocast.h"
#include "graft/core/ops/loss.h"
#include "graft/optim/clip.h"
#include "graft/transfer/training/cached_source.h"
#include "graft/transfer/training/check_training.h"
#include "graft/transfer/training/gradient_step.h"
#include "graft/transfer/training/mode_guards.h"
#include "graft/transfer/training/snapshot.h"
#include "graft/transfer/training/training_checkpoint.h"
#include "graft/transfer/training/training_job.h"
#include "graft/transfer/training/training_recipe.h"

namespace graft::transfer {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One call of train(): holds what its parts share.
class Run {
 public:
  Run(layers::Network& network, const data::DatasetPtr& train_set, const data::DatasetPtr& dev_set,
      const Preprocess& preprocess, const TrainOptions& options, TrainObserver* observer)
      : network_(network),
        train_set_(train_set),
        dev_set_(dev_set),
        preprocess_(preprocess),
        options_(options),
        observer_(observer ? *observer : silent_),
        optimizer_(make_optimizer(network, options)),
        gradients_(network, [this](const Tensor& input, const Tensor& labels) {
          return loss_of(input, labels);
        }) {
    gradients_.set_recording(options.record_steps);
  }

  TrainResult operator()() {
    const TrainingMode training_mode(network_);
    // First, so that a folder in use is refused at once and features are of the restored weights.
    const std::unique_ptr<TrainingCheckpoints> checkpoints = open_checkpoints();
    if (options_.precision == DType::F16 && !state_.loss_scale) state_.loss_scale.emplace();
    observer_.on_begin(state_.history);
    if (more_to_do()) train_epochs(checkpoints.get());
    if (!result_.interrupted) finish();
    result_.history = state_.history;
    result_.best_epoch = state_.best_epoch;
    result_.epochs = static_cast<int>(state_.history.size());
    result_.seconds = seconds_since(start_);
    return std::move(result_);
  }

 private:
  // Null if none are wanted; brought back to the newest one on resume.
  std::unique_ptr<TrainingCheckpoints> open_checkpoints() {
    if (options_.checkpoints.empty()) return nullptr;
    auto checkpoints = std::make_unique<TrainingCheckpoints>(
        options_.checkpoints,
        describe_job(network_, *train_set_, dev_set_.get(), preprocess_, options_));
    if (!options_.resume) {
      checkpoints->clear();
      return checkpoints;
    }
    const bool found = checkpoints->restore(network_, *optimizer_, state_);
    for (const std::string& warning : checkpoints->warnings()) observer_.on_note(warning);
    observer_.on_note(found ? "resumed at epoch " + std::to_string(state_.epoch) + ", step " +
                                  std::to_string(state_.step_in_epoch)
                            : std::string("no checkpoint to resume from: starting over"));
    return checkpoints;
  }

  bool more_to_do() const { return state_.epoch <= options_.epochs && !state_.finished; }

  void train_epochs(TrainingCheckpoints* checkpoints) {
    samples_ = std::make_unique<CachedSource>(network_, train_set_, dev_set_, preprocess_, options_,
                                              observer_);
    schedule_ = make_schedule(options_, source().batches());
    result_.interrupted = samples_->stopped();
    while (more_to_do() && !result_.interrupted) run_epoch(checkpoints);
    result_.seconds_features = samples_->seconds();
    result_.cached_stages = samples_->stages();
    result_.cache_note = samples_->note();
    result_.pictures_note = samples_->pictures_note();
    result_.recording_note = gradients_.note();
  }

  SampleSource& source() const { return samples_->current(); }

  void run_epoch(TrainingCheckpoints* checkpoints) {
    const Clock::time_point start = Clock::now();
    const int64_t steps = source().batches();
    source().start(static_cast<uint32_t>(state_.epoch), state_.step_in_epoch);
    bool stop = false;
    while (state_.step_in_epoch < steps && !stop) {
      train_batch(source().next(), steps);
      samples_->drop_if_stale(state_.epoch, state_.step_in_epoch);
      stop = observer_.should_stop();
      const bool due =
          options_.checkpoint_steps > 0 && state_.step_in_epoch % options_.checkpoint_steps == 0;
      if (checkpoints && (due || stop) && state_.step_in_epoch < steps) save(*checkpoints);
    }
    if (state_.step_in_epoch == steps) {
      end_epoch(seconds_since(start));
      samples_->drop_if_stale(state_.epoch, state_.step_in_epoch);
      stop = stop || observer_.should_stop();
      if (checkpoints && (stop || seconds_since(saved_) >= options_.checkpoint_seconds))
        save(*checkpoints);
    }
    result_.interrupted = stop && more_to_do();
  }

  void train_batch(const SampleBatch& batch, int64_t steps) {
    const double loss = train_step(batch);
    state_.loss_sum += loss * static_cast<double>(batch.indices.size());
    state_.samples += static_cast<int64_t>(batch.indices.size());
    ++state_.step_in_epoch;
    observer_.on_progress({"epoch", state_.epoch, options_.epochs, state_.step_in_epoch, steps,
                           loss, optimizer_->lr()});
  }

  void save(TrainingCheckpoints& checkpoints) {
    checkpoints.save(network_, *optimizer_, state_, global_step());
    saved_ = Clock::now();
  }

  int64_t global_step() const {
    return (state_.epoch - 1) * source().batches() + state_.step_in_epoch;
  }

  double train_step(const SampleBatch& batch) {
    const int64_t step = global_step();
    network_.begin_training_step(options_.seed, static_cast<uint64_t>(step));
    optimizer_->set_lr(optim::learning_rate(schedule_, step));
    if (const auto momentum = optim::momentum(schedule_, step)) optimizer_->set_momentum(*momentum);
    if (const size_t first = source().first_stage(); first != first_stage_) {
      first_stage_ = first;
      gradients_.forget();
    }
    if (state_.loss_scale) gradients_.set_loss_scale(state_.loss_scale->factor());
    const Tensor loss = gradients_(batch.input, batch.labels, batch.memory);
    source().prepare_next();
    const double value = loss.item();
    check_finite(value, batch, step);
    if (!unscale_gradients()) return value;
    if (options_.clip_norm > 0) optim::clip_grad_norm(network_.parameters(), options_.clip_norm);
    optimizer_->step();
    return value;
  }

  Tensor loss_of(const Tensor& input, const Tensor& labels) const {
    const AutocastScope precision(options_.precision);
    const Tensor logits =
        network_.run(source().network_input(input), first_stage_, network_.stages().size());
    return cross_entropy(logits, labels, options_.label_smoothing);
  }

  // False if f16 could not hold the gradients, and the step is to be left out.
  bool unscale_gradients() {
    if (!state_.loss_scale) return true;
    if (state_.loss_scale->unscale(network_.parameters())) return true;
    ++state_.skipped_steps;
    std::ostringstream note;
    note << "epoch " << state_.epoch << ", step " << state_.step_in_epoch + 1
         << " skipped: gradients too large for f16; the loss scale is now "
         << state_.loss_scale->factor();
    observer_.on_note(note.str());
    return false;
  }

  void check_finite(double loss, const SampleBatch& batch, int64_t step) const {
    if (std::isfinite(loss)) [[likely]]
      return;
    std::string samples;
    for (const int64_t index : batch.indices) {
      if (samples.size() > 200) {
        samples += " ...";
        break;
      }
      samples += ' ' + train_set_->id(index);
    }
    fail(ErrorKind::NotFinite, "train: loss is ", loss, " at epoch ", state_.epoch, ", step ", step,
         "; a lower learning rate or clipping may help. Samples:", samples);
  }

  void end_epoch(double seconds) {
    EpochResult epoch;
    epoch.epoch = state_.epoch;
    epoch.train_loss = state_.loss_sum / static_cast<double>(std::max<int64_t>(1, state_.samples));
    epoch.lr = optimizer_->lr();
    epoch.seconds = seconds;
    epoch.skipped_steps = state_.skipped_steps;
    if (state_.loss_scale) epoch.loss_scale = state_.loss_scale->factor();
    if (dev_set_) {
      epoch.dev = evaluate_dev();
      if (is_best(*epoch.dev)) {
        state_.best_epoch = state_.epoch;
        state_.best = Snapshot(network_, state_.best);
      } else if (options_.patience > 0 && state_.epoch - state_.best_epoch >= options_.patience) {
        state_.finished = true;
      }
    }
    state_.history.push_back(epoch);
    state_.start_next_epoch();
    observer_.on_epoch(epoch);
  }

  // Ever more right; among equals, which are common in small sets, of the lowest loss.
  bool is_best(const Evaluation& dev) const {
    if (state_.best_epoch == 0) return true;
    const Evaluation& best = *state_.history[static_cast<size_t>(state_.best_epoch) - 1].dev;
    return dev.correct != best.correct ? dev.correct > best.correct : dev.loss < best.loss;
  }

  Evaluation evaluate_dev() {
    const auto report = [this](int64_t done, int64_t total) {
      observer_.on_progress(
          {"evaluate", state_.epoch, options_.epochs, done, total, 0, optimizer_->lr()});
    };
    const FeatureCache* cache = samples_->dev_features();
    const AutocastScope precision(options_.precision);
    if (!cache) return evaluate(network_, dev_set_, preprocess_, options_.batch, report).score;
    const Tensor logits =
        run_on_features(network_, cache->stages(), cache->features(), options_.batch);
    return score(logits, labels_of(*dev_set_));
  }

  void finish() {
    if (!dev_set_) return;
    state_.best.restore(network_);
    result_.dev = state_.history[static_cast<size_t>(state_.best_epoch) - 1].dev;
  }

  layers::Network& network_;
  const data::DatasetPtr& train_set_;
  const data::DatasetPtr& dev_set_;
  const Preprocess& preprocess_;
  const TrainOptions& options_;
  TrainObserver silent_;
  TrainObserver& observer_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point saved_ = start_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  GradientStep gradients_;
  size_t first_stage_ = 0;  // what gradients_ begins with
  optim::Schedule schedule_;
  std::unique_ptr<CachedSource> samples_;
  RunState state_;
  TrainResult result_;
};

}  // namespace

TrainResult train(layers::Network& network, const data::DatasetPtr& train_set,
                  const data::DatasetPtr& dev_set, const Preprocess& preprocess,
                  const TrainOptions& options, TrainObserver* observer) {
  check_training(network, *train_set, dev_set.get(), options);
  return Run(network, train_set, dev_set, preprocess, options, observer)();
}

}  // namespace graft::transfer
