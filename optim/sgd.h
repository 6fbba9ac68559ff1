// Stochastic gradient descent with momentum (Polyak 1964) or Nesterov's variant, as PyTorch
// computes it: v = momentum v + (1 - dampening) g, the first v being g itself.
#pragma once

#include "graft/optim/optimizer.h"

namespace graft::optim {

struct SgdOptions {
  double lr = 0.01;
  double momentum = 0.0;
  double dampening = 0.0;
  double weight_decay = 0.0;
  bool nesterov = false;  ///< needs momentum > 0 and no dampening
};

class Sgd final : public Optimizer {
 public:
  Sgd(const std::vector<NamedTensor>& parameters, const SgdOptions& options,
      const std::vector<ParameterGroup>& groups = {});

  const char* name() const override { return "sgd"; }
  /// Error(Argument) for an optimizer that was made without momentum.
  void set_momentum(double momentum) override;

 private:
  std::span<const char* const> moment_names() const override;
  void update(const Batch& batch) override;

  SgdOptions options_;
  bool has_momentum_;
};

}  // namespace graft::optim
