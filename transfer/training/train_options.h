// What is to be trained how: the settings of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "graft/core/dtype.h"
#include "graft/data/augment.h"

namespace graft::transfer {

enum class OptimizerKind { Sgd, Adam, AdamW };
enum class ScheduleKind { Constant, Step, Cosine, OneCycle };

/// "sgd", "adam", "adamw".
const char* to_string(OptimizerKind kind) noexcept;
/// "constant", "step", "cosine", "onecycle".
const char* to_string(ScheduleKind kind) noexcept;

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
  /// Epochs without a better result on the dev set (more right, or as many at a lower loss) before
  /// stopping; 0: never stop.
  int patience = 0;
  uint64_t seed = 0;
  /// bf16 or f16: mixed precision on a GPU (core/autocast.h), forward, backward and when measured
  /// on the dev set; f16 with optim::LossScale. Parameters and the optimizer's state stay f32.
  DType precision = DType::F32;
  bool record_steps = true;    ///< run repeated steps as recordings, where that is possible
  bool cache_features = true;  ///< run the frozen prefix once where augmentation allows it
  size_t cache_limit = size_t{2} << 30;  ///< bytes of cached features; above it the cache stays off
  data::Augment augment = {};
  int workers = 1;                           ///< loader threads
  size_t picture_cache = size_t{512} << 20;  ///< bytes of decoded pictures kept between epochs,
                                             ///< by the host or, if all fit, by a device
  std::filesystem::path checkpoints = {};    ///< folder; empty: none
  int64_t checkpoint_steps = 0;   ///< also every so many steps; 0: at the end of each epoch
  double checkpoint_seconds = 0;  ///< between those of epochs at least; short epochs share one
  bool resume = false;            ///< go on from the newest complete checkpoint, if there is one
};

}  // namespace graft::transfer
