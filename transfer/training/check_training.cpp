#include "graft/transfer/training/check_training.h"

#include <algorithm>
#include <cmath>

#include "graft/core/autocast.h"
#include "graft/core/error.h"

namespace graft::transfer {
namespace {

void check_options(const TrainOptions& options) {
  check(options.epochs > 0 && options.batch > 0, ErrorKind::Argument, "train: ", options.epochs,
        " epochs of batches of ", options.batch);
  const auto at_least_0 = [](const char* name, double value) {
    check(std::isfinite(value) && value >= 0, ErrorKind::Argument, "train: ", name,
          " must be finite and >= 0, not ", value);
  };
  at_least_0("lr", options.lr);
  at_least_0("momentum", options.momentum);
  at_least_0("weight_decay", options.weight_decay);
  at_least_0("clip_norm", options.clip_norm);
  at_least_0("trunk_lr_scale", options.trunk_lr_scale);
  check(options.warmup_epochs >= 0 && options.warmup_epochs <= options.epochs, ErrorKind::Argument,
        "train: ", options.warmup_epochs, " warm-up epochs of ", options.epochs);
  check(options.label_smoothing >= 0 && options.label_smoothing < 1, ErrorKind::Argument,
        "train: label_smoothing must be in [0, 1), not ", options.label_smoothing);
}

}  // namespace

void check_training(const layers::Network& network, const data::Dataset& train_set,
                    const data::Dataset* dev_set, const TrainOptions& options) {
  const int64_t classes = train_set.class_count();
  check(train_set.size() > 0, ErrorKind::Argument, "train: the training set is empty");
  if (dev_set) {
    check(dev_set->size() > 0, ErrorKind::Argument, "train: the dev set is empty");
    check(dev_set->class_count() == classes, ErrorKind::Argument, "train: the dev set has ",
          dev_set->class_count(), " classes, the training set ", classes);
  }
  check_options(options);
  check_autocast(options.precision, network.device());
  check(dev_set || options.patience == 0, ErrorKind::Argument, "train: patience of ",
        options.patience, " epochs, but no dev set that would show a gain");
  check(network.classes() == classes, ErrorKind::Argument, "train: the head has ",
        network.classes(), " outputs for ", classes,
        " classes; reset_head() gives it the right number");
  const bool any = std::ranges::any_of(network.parameters(), [](const NamedTensor& parameter) {
    return parameter.tensor.requires_grad();
  });
  check(any, ErrorKind::Argument, "train: every parameter is frozen, nothing is left to train");
}

}  // namespace graft::transfer
