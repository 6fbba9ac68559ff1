// Learning-rate schedules: the rate is a pure function of the step, so a resumed run needs nothing
// but its step counter. Steps count from 0.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

namespace graft::optim {

struct ConstantCurve {};
/// Times `factor` after every `every` steps.
struct StepCurve {
  int64_t every = 1;
  double factor = 0.1;
};
/// Half a cosine from the peak to `floor` (Loshchilov and Hutter 2017, without restarts).
struct CosineCurve {
  double floor = 0.0;
};
/// Up from peak / start_divisor to the peak over `rise` of the steps, then down to the start /
/// final_divisor, while momentum goes the other way (Smith and Topin 2018; PyTorch's OneCycleLR).
struct OneCycleCurve {
  double rise = 0.3;
  double start_divisor = 25.0, final_divisor = 1e4;
  bool linear = false;  ///< straight lines instead of cosines
  double low_momentum = 0.85, high_momentum = 0.95;
};

struct Schedule {
  double lr = 0.01;  ///< peak
  int64_t total_steps = 1;
  std::variant<ConstantCurve, StepCurve, CosineCurve, OneCycleCurve> curve{};
  /// The rate first rises in a straight line from warmup_start lr to lr over this many steps; the
  /// curve spans those that remain.
  int64_t warmup_steps = 0;
  double warmup_start = 0.1;
};

/// Rate of step `step` >= 0; from total_steps on it stays. Error(Argument) for a schedule
/// whose numbers make no sense.
double learning_rate(const Schedule& schedule, int64_t step);
/// Momentum of step `step` where the schedule moves it (one-cycle, after warm-up), else none.
std::optional<double> momentum(const Schedule& schedule, int64_t step);

}  // namespace graft::optim
