// Evaluation mode for the length of a scope.
#pragma once

#include "graft/core/autograd/grad_mode.h"
#include "graft/layers/module.h"

namespace graft::transfer {

/// Switches a module to evaluation and recording off; restores both.
class EvalMode {
 public:
  explicit EvalMode(layers::Module& module) : module_(module), training_(module.training()) {
    module_.eval();
  }
  ~EvalMode() { module_.train(training_); }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  layers::Module& module_;
  bool training_;
  NoGrad no_grad_;
};

}  // namespace graft::transfer
