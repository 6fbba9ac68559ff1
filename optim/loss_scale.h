// Loss scaling: keeps the gradients of an f16 step above the smallest number f16 holds. The loss is
// multiplied by a factor, the gradients are divided by it; the factor grows while they stay finite
// and shrinks when they do not. Micikevicius et al., "Mixed precision training", ICLR 2018.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/core/named_tensor.h"

namespace graft::optim {

struct LossScaleOptions {
  double initial = 65536;  ///< > 0
  double growth = 2;       ///< >= 1, after `interval` finite steps in a row
  double backoff = 0.5;    ///< in (0, 1], after a step that was not finite
  int64_t interval = 2000;
  double smallest = 0x1p-14;  ///< > 0; gradients that are not finite even so are no matter of scale
};

/// Not for concurrent use.
class LossScale {
 public:
  /// Error(Argument) naming the option out of its domain.
  explicit LossScale(const LossScaleOptions& options = {});

  double factor() const { return factor_; }
  /// The loss to differentiate.
  Tensor scaled(const Tensor& loss) const;
  /// Divides the gradients of `parameters` by the factor, and moves the factor. False: one of them
  /// holds NaN or infinity; all of them are dropped, and the step is to be left out.
  /// Error(NotFinite) once the factor would be below the smallest.
  bool unscale(const std::vector<NamedTensor>& parameters);

  /// Finite steps since the factor last moved: with factor(), what a checkpoint needs.
  int64_t steps() const { return steps_; }
  void restore(double factor, int64_t steps);

 private:
  LossScaleOptions options_;
  double factor_;
  int64_t steps_ = 0;
};

}  // namespace graft::optim
