// Where a run gets its samples: the features of the frozen prefix, computed once, as long as it is
// frozen and an epoch brings the same pictures as the one before; else the pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "graft/core/preprocess.h"
#include "graft/data/dataset.h"
#include "graft/layers/network.h"
#include "graft/transfer/training/feature_cache.h"
#include "graft/transfer/training/sample_source.h"
#include "graft/transfer/training/train_observer.h"
#include "graft/transfer/training/train_options.h"

namespace graft::transfer {

class CachedSource {
 public:
  /// Runs the frozen prefix over both sets, of which `dev_set` may be null, unless there is a
  /// reason against it. The observer follows that, may stop it, and is told what came of it. The
  /// arguments must outlive this object.
  CachedSource(layers::Network& network, const data::DatasetPtr& train_set,
               const data::DatasetPtr& dev_set, const Preprocess& preprocess,
               const TrainOptions& options, TrainObserver& observer);

  /// The batches of the training set; valid until drop_if_stale().
  SampleSource& current() const { return *source_; }
  /// The features of the dev set; null where it is measured from its pictures.
  const FeatureCache* dev_features() const { return dev_cache_.get(); }
  /// If something in the prefix thawed or was written to since: back to the pictures, at batch
  /// `first_batch` of `epoch`.
  void drop_if_stale(int epoch, int64_t first_batch);

  bool stopped() const { return stopped_; }                        ///< while features were computed
  size_t stages() const { return cache_ ? cache_->stages() : 0; }  ///< 0: no cache
  const std::string& note() const { return note_; }  ///< why there is none, or what it holds
  /// Says where the pictures are kept, and why.
  const std::string& pictures_note() const { return pictures_note_; }
  double seconds() const { return seconds_; }  ///< spent on computing features

 private:
  struct Stopped {};

  void fill(size_t prefix);
  std::unique_ptr<FeatureCache> features(size_t prefix, const data::DatasetPtr& dataset);
  void drop(std::string why);
  std::unique_ptr<SampleSource> pictures();
  std::unique_ptr<SampleSource> resident_pictures();
  void use(std::unique_ptr<SampleSource> source);
  data::LoaderOptions loader_options() const;

  layers::Network& network_;
  const data::DatasetPtr& train_set_;
  const data::DatasetPtr& dev_set_;
  const Preprocess& preprocess_;
  const TrainOptions& options_;
  TrainObserver& observer_;
  std::unique_ptr<FeatureCache> cache_, dev_cache_;
  std::unique_ptr<SampleSource> source_;
  std::string note_, pictures_note_ = "not needed: features are cached";
  double seconds_ = 0;
  bool stopped_ = false;
};

}  // namespace graft::transfer
