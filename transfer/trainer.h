// Fine-tuning: epochs over a data set, evaluation, early stopping that restores the best weights
// and buffers, checkpoints, and bit-equal resume.
//
// A run is a function of (network, weights, data, options): the number of threads or loader
// workers, the feature cache, and where it was interrupted do not change a bit of the result.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/data/augment.h"
#include "graft/data/dataset.h"
#include "graft/layers/network.h"
#include "graft/transfer/evaluate.h"

namespace graft::transfer {

enum class OptimizerKind { Sgd, Adam, AdamW };
enum class ScheduleKind { Constant, Step, Cosine, OneCycle };

struct TrainOptions {
  int epochs = 10;
  int64_t batch = 32;
  double lr = 0.01;
  OptimizerKind optimizer = OptimizerKind::Sgd;
  ScheduleKind schedule = ScheduleKind::Cosine;
  double warmup_epochs = 0;
  double momentum = 0.9;
  double weight_decay = 0;
  double label_smoothing = 0;
  double clip_norm = 0;       ///< 0: no clipping
  double trunk_lr_scale = 1;  ///< factor on the rate of everything before the head
  int patience = 0;  ///< epochs without a better dev accuracy before stopping; 0: never stop
  uint64_t seed = 0;
  bool cache_features = true;  ///< run the frozen prefix once where augmentation allows it
  size_t cache_limit = size_t{2} << 30;  ///< bytes of cached features; above it the cache stays off
  data::Augment augment = {};
  int workers = 1;                           ///< loader threads
  size_t picture_cache = size_t{512} << 20;  ///< bytes of decoded pictures kept between epochs
  std::filesystem::path checkpoints = {};    ///< folder; empty: none
  int64_t checkpoint_steps = 0;  ///< also every so many steps; 0: at the end of each epoch
  bool resume = false;           ///< go on from the newest complete checkpoint, if there is one
};

struct EpochResult {
  int epoch = 0;  ///< from 1
  double train_loss = 0;
  std::optional<Evaluation> dev;
  double lr = 0;
  double seconds = 0;
};

struct TrainResult {
  std::vector<EpochResult> history;
  int best_epoch = 0;
  int epochs = 0;                 ///< completed
  std::optional<Evaluation> dev;  ///< of the weights that are left in the network
  double seconds = 0;             ///< all of it
  double seconds_features = 0;    ///< of them, running the frozen prefix for the cache
  size_t cached_stages = 0;       ///< length of the prefix that was cached; 0: no cache
  std::string cache_note;         ///< why there is no cache, or what it holds
  bool interrupted = false;       ///< stopped on request with work left
};

/// Follows a run; called on the thread that runs it. The library prints nothing itself.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  struct Progress {
    const char* phase;  ///< "features", "epoch" or "evaluate"
    int epoch, epochs;
    int64_t step, steps;  ///< of this phase
    double loss, lr;
  };
  /// Once, before anything is computed, with the epochs that a resumed run has behind it.
  virtual void on_begin(const std::vector<EpochResult>&) {}
  /// After each step of a phase. In phase "epoch", and in on_epoch(), layers may be frozen, thawed
  /// and written to.
  virtual void on_progress(const Progress&) {}
  virtual void on_epoch(const EpochResult&) {}
  virtual void on_note(const std::string&) {}
  /// Asked after each step, each batch of features and each epoch; true saves a checkpoint (if
  /// there is a folder and something was trained) and ends the run.
  virtual bool should_stop() { return false; }
};

/// Trains `network` in place on `train_set`, choosing by accuracy on `dev_set` (may be null: the
/// last weights stay), and leaves it in evaluation mode, also by an error. Error(NotFinite) naming
/// step and samples if the loss is not finite; Error(Argument) if nothing is left to train, the
/// head's size is not the number of classes, or the checkpoints to resume from are of a run with
/// other data or options.
TrainResult train(layers::Network& network, const data::DatasetPtr& train_set,
                  const data::DatasetPtr& dev_set, const Preprocess& preprocess,
                  const TrainOptions& options = {}, TrainObserver* observer = nullptr);

}  // namespace graft::transfer
