#include <doctest/doctest.h>

#include <cmath>

#include "graft/core/error.h"
#include "graft/optim/schedule.h"
#include "support/golden_lines.h"

namespace graft::optim {
namespace {

using testing::golden_lines;

void check_rates(const char* name, const Schedule& schedule) {
  const auto golden = golden_lines("optim", std::string("rates ") + name)[0];
  REQUIRE(golden.size() == 20);
  for (size_t step = 0; step < golden.size(); ++step)
    CHECK_MESSAGE(learning_rate(schedule, static_cast<int64_t>(step)) ==
                      doctest::Approx(golden[step]).epsilon(1e-12),
                  name, " step ", step);
}

void check_momenta(const char* name, const Schedule& schedule) {
  const auto golden = golden_lines("optim", std::string("momenta ") + name)[0];
  REQUIRE(golden.size() == 20);
  for (size_t step = 0; step < golden.size(); ++step)
    CHECK(momentum(schedule, static_cast<int64_t>(step)).value() ==
          doctest::Approx(golden[step]).epsilon(1e-12));
}

}  // namespace

TEST_CASE("schedule: rates and momenta agree with PyTorch") {
  const Schedule cosines{.lr = 0.1, .total_steps = 20, .curve = OneCycleCurve{}};
  check_rates("onecycle_cos", cosines);
  check_momenta("onecycle_cos", cosines);
  const Schedule lines{
      .lr = 0.1,
      .total_steps = 20,
      .curve =
          OneCycleCurve{.rise = 0.25, .start_divisor = 10, .final_divisor = 100, .linear = true}};
  check_rates("onecycle_linear", lines);
  check_momenta("onecycle_linear", lines);
  check_rates("cosine", {.lr = 0.1, .total_steps = 19, .curve = CosineCurve{0.001}});
  check_rates("step",
              {.lr = 0.1, .total_steps = 20, .curve = StepCurve{.every = 5, .factor = 0.3}});
  check_rates("warmup_cosine", {.lr = 0.1,
                                .total_steps = 20,
                                .curve = CosineCurve{},
                                .warmup_steps = 5,
                                .warmup_start = 0.2});
}

TEST_CASE("schedule: constant, with warm-up, and past its end") {
  const Schedule schedule{
      .lr = 0.4, .total_steps = 8, .curve = ConstantCurve{}, .warmup_steps = 4, .warmup_start = 0};
  CHECK(learning_rate(schedule, 0) == 0);
  CHECK(learning_rate(schedule, 1) == doctest::Approx(0.1));
  CHECK(learning_rate(schedule, 4) == 0.4);
  CHECK(learning_rate(schedule, 100) == 0.4);
  CHECK(!momentum(schedule, 5));
  CHECK(learning_rate({.lr = 1, .total_steps = 4, .curve = CosineCurve{0.25}}, 100) == 0.25);
}

TEST_CASE("schedule: one-cycle of any length stays between its ends") {
  for (const int64_t total : {1, 2, 3, 4, 7, 1000}) {
    for (const double rise : {0.0, 0.3, 1.0}) {
      const Schedule s{.lr = 1, .total_steps = total, .curve = OneCycleCurve{.rise = rise}};
      for (int64_t step = 0; step <= total; ++step) {
        const double rate = learning_rate(s, step);
        CHECK((rate >= 1 / 25e4 - 1e-15 && rate <= 1));
        CHECK((*momentum(s, step) >= 0.85 && *momentum(s, step) <= 0.95));
      }
    }
  }
}

TEST_CASE("schedule: numbers that make no sense") {
  CHECK_THROWS_WITH_AS(learning_rate({.lr = 1, .total_steps = 0}, 0),
                       "schedule: needs 0 <= warm-up steps <= total steps, total >= 1: 0 of 0",
                       Error);
  CHECK_THROWS_AS(learning_rate({.lr = NAN}, 0), Error);
  CHECK_THROWS_AS(learning_rate({.lr = 1, .curve = StepCurve{.every = 0}}, 0), Error);
  CHECK_THROWS_AS(learning_rate({.lr = 1}, -1), Error);
}

}  // namespace graft::optim
