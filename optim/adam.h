// Adam (Kingma and Ba 2015) with weight decay as an L2 term in the gradient, and AdamW (Loshchilov
// and Hutter 2019) with weight decay apart from it. As PyTorch: eps is added to the root of the
// bias-corrected second moment.
#pragma once

#include "graft/optim/optimizer.h"

namespace graft::optim {

enum class WeightDecay { L2, Decoupled };

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;  ///< in [0, 1)
  double eps = 1e-8;
  double weight_decay = 0.0;
};

class Adam : public Optimizer {
 public:
  Adam(const std::vector<NamedTensor>& parameters, const AdamOptions& options,
       const std::vector<ParameterGroup>& groups = {}, WeightDecay kind = WeightDecay::L2);

  const char* name() const override { return kind_ == WeightDecay::L2 ? "adam" : "adamw"; }
  /// Sets beta1.
  void set_momentum(double momentum) override;

 private:
  std::span<const char* const> moment_names() const override;
  void update(const Batch& batch) override;

  AdamOptions options_;
  WeightDecay kind_;
};

class AdamW final : public Adam {
 public:
  AdamW(const std::vector<NamedTensor>& parameters, const AdamOptions& options,
        const std::vector<ParameterGroup>& groups = {})
      : Adam(parameters, options, groups, WeightDecay::Decoupled) {}
};

}  // namespace graft::optim
