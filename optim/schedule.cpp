#include "graft/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "graft/core/error.h"

namespace graft::optim {
namespace {

void check_schedule(const Schedule& s, int64_t step) {
  check(std::isfinite(s.lr) && s.lr >= 0, ErrorKind::Argument,
        "schedule: learning rate must be finite and >= 0, not ", s.lr);
  check(s.total_steps >= 1 && s.warmup_steps >= 0 && s.warmup_steps <= s.total_steps,
        ErrorKind::Argument,
        "schedule: needs 0 <= warm-up steps <= total steps, total >= 1: ", s.warmup_steps, " of ",
        s.total_steps);
  check(step >= 0, ErrorKind::Argument, "schedule: step must be >= 0, not ", step);
}

// From `from` at 0 to `to` at 1.
double cosine(double from, double to, double at) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * at));
}
double straight(double from, double to, double at) { return from + (to - from) * at; }

// Position on a one-cycle: `at` of the way up or down.
struct CyclePoint {
  bool rising;
  double at;
};
CyclePoint cycle_point(const OneCycleCurve& curve, int64_t step, int64_t total) {
  check(curve.rise >= 0 && curve.rise <= 1 && curve.start_divisor > 0 && curve.final_divisor > 0,
        ErrorKind::Argument,
        "schedule: one-cycle needs rise in [0, 1] and positive divisors: rise ", curve.rise,
        " divisors ", curve.start_divisor, ' ', curve.final_divisor);
  const double now = static_cast<double>(std::min(step, total - 1));
  const double last = static_cast<double>(total - 1);
  // PyTorch's borders; a rise shorter than one step is left out.
  const double top = std::max(0.0, curve.rise * static_cast<double>(total) - 1);
  if (now <= top && top > 0) return {true, now / top};
  return {false, last > top ? (now - top) / (last - top) : 1.0};
}

double between(const OneCycleCurve& curve, double from, double to, double at) {
  return curve.linear ? straight(from, to, at) : cosine(from, to, at);
}

struct RateOf {
  double lr;
  int64_t step, total;

  double operator()(const ConstantCurve&) const { return lr; }
  double operator()(const StepCurve& curve) const {
    check(curve.every >= 1, ErrorKind::Argument, "schedule: step curve needs every >= 1, not ",
          curve.every);
    return lr * std::pow(curve.factor, static_cast<double>(step / curve.every));
  }
  double operator()(const CosineCurve& curve) const {
    return cosine(lr, curve.floor, static_cast<double>(step) / static_cast<double>(total));
  }
  double operator()(const OneCycleCurve& curve) const {
    const CyclePoint point = cycle_point(curve, step, total);
    const double start = lr / curve.start_divisor;
    return point.rising ? between(curve, start, lr, point.at)
                        : between(curve, lr, start / curve.final_divisor, point.at);
  }
};

}  // namespace

double learning_rate(const Schedule& s, int64_t step) {
  check_schedule(s, step);
  if (step < s.warmup_steps)
    return s.lr * straight(s.warmup_start, 1.0,
                           static_cast<double>(step) / static_cast<double>(s.warmup_steps));
  const int64_t total = std::max<int64_t>(1, s.total_steps - s.warmup_steps);
  return std::visit(RateOf{s.lr, std::min(step - s.warmup_steps, total), total}, s.curve);
}

std::optional<double> momentum(const Schedule& s, int64_t step) {
  check_schedule(s, step);
  const auto* curve = std::get_if<OneCycleCurve>(&s.curve);
  if (!curve || step < s.warmup_steps) return std::nullopt;
  const int64_t total = std::max<int64_t>(1, s.total_steps - s.warmup_steps);
  const CyclePoint point = cycle_point(*curve, step - s.warmup_steps, total);
  return point.rising ? between(*curve, curve->high_momentum, curve->low_momentum, point.at)
                      : between(*curve, curve->low_momentum, curve->high_momentum, point.at);
}

}  // namespace graft::optim
