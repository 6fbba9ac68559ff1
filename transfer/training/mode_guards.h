// Evaluation or training mode for the length of a scope, however it is left.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graft/core/autograd/grad_mode.h"
#include "graft/layers/module.h"

namespace graft::transfer {

/// Switches a module and all below it to evaluation and recording off; restores the mode of each.
class EvalMode {
 public:
  explicit EvalMode(layers::Module& root) {
    root.for_each_module([this](const std::string&, layers::Module& module) {
      before_.emplace_back(&module, module.training());
      module.set_training(false);
    });
  }
  ~EvalMode() {
    for (const auto& [module, training] : before_) module->set_training(training);
  }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  NoGrad no_grad_;
  std::vector<std::pair<layers::Module*, bool>> before_;
};

/// Switches a module and all below it to training, and to evaluation in the end.
class TrainingMode {
 public:
  explicit TrainingMode(layers::Module& root) : root_(root) { root_.train(); }
  ~TrainingMode() { root_.eval(); }
  TrainingMode(const TrainingMode&) = delete;
  TrainingMode& operator=(const TrainingMode&) = delete;

 private:
  layers::Module& root_;
};

}  // namespace graft::transfer
