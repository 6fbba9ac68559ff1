#include <doctest/doctest.h>

#include <cmath>
#include <memory>

#include "graft/core/allocator.h"
#include "graft/core/kernel_trace.h"
#include "graft/core/ops.h"
#include "graft/optim/adam.h"
#include "graft/optim/sgd.h"
#include "support/golden_lines.h"
#include "support/tensors.h"
#include "support/thread_count.h"

namespace graft::optim {
namespace {

using testing::formula_tensor;
using testing::golden_lines;

// One parameter "w" of eight numbers.
struct Problem {
  Tensor w;
  explicit Problem(DType dtype) : w(formula_tensor("optim.param", {8}, dtype)) {
    w.set_requires_grad(true);
  }
  std::vector<NamedTensor> parameters() const { return {{"w", w, false, Layout::Plain}}; }
  void set_gradient(int64_t step) {
    w.set_grad(formula_tensor("optim.grad." + std::to_string(step), {8}, w.dtype()));
  }
};

std::unique_ptr<Optimizer> make(const std::string& name, const std::vector<NamedTensor>& p) {
  if (name == "sgd") return std::make_unique<Sgd>(p, SgdOptions{.lr = 0.1});
  if (name == "sgd_decay")
    return std::make_unique<Sgd>(p, SgdOptions{.lr = 0.1, .weight_decay = 0.01});
  if (name == "sgd_momentum")
    return std::make_unique<Sgd>(p, SgdOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
  if (name == "sgd_dampening")
    return std::make_unique<Sgd>(p, SgdOptions{.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
  if (name == "sgd_nesterov")
    return std::make_unique<Sgd>(
        p, SgdOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
  if (name == "adam") return std::make_unique<Adam>(p, AdamOptions{.lr = 0.01});
  if (name == "adam_decay")
    return std::make_unique<Adam>(
        p, AdamOptions{.lr = 0.01, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-6, .weight_decay = 0.1});
  return std::make_unique<AdamW>(p, AdamOptions{.lr = 0.01, .weight_decay = 0.1});
}

constexpr const char* kNames[] = {"sgd",          "sgd_decay", "sgd_momentum", "sgd_dampening",
                                  "sgd_nesterov", "adam",      "adam_decay",   "adamw"};

std::vector<double> list(const Tensor& t) {
  const Tensor wide = cast(t.detach(), DType::F64);
  return {wide.values<double>().begin(), wide.values<double>().end()};
}

}  // namespace

TEST_CASE("optimizer: twenty steps of each agree with PyTorch") {
  for (const char* name : kNames) {
    for (const DType dtype : {DType::F64, DType::F32}) {
      Problem problem(dtype);
      const auto optimizer = make(name, problem.parameters());
      const double tolerance = dtype == DType::F64 ? 1e-14 : 1e-6;
      for (int64_t step = 1; step <= 20; ++step) {
        problem.set_gradient(step);
        optimizer->step();
        const auto golden =
            golden_lines("optim", "optimizer " + std::string(name) + " " + std::to_string(step))[0];
        const auto got = list(problem.w);
        REQUIRE(golden.size() == got.size());
        double worst = 0;
        for (size_t i = 0; i < 8; ++i) worst = std::max(worst, std::abs(got[i] - golden[i]));
        CHECK_MESSAGE(worst <= tolerance, name, ' ', dtype, " step ", step, " differs by ", worst);
      }
    }
  }
}

TEST_CASE("optimizer: a frozen parameter keeps its bits, also when frozen after a step") {
  for (const char* name : kNames) {
    Problem problem(DType::F32);
    const auto optimizer = make(name, problem.parameters());
    problem.set_gradient(1);
    optimizer->step();
    problem.w.set_requires_grad(false);
    const auto before = list(problem.w);
    const uint32_t version = problem.w.storage().version();
    for (int step = 0; step < 3; ++step) optimizer->step();
    CHECK(list(problem.w) == before);
    CHECK(problem.w.storage().version() == version);
    CHECK(optimizer->state().empty());
    problem.w.set_requires_grad(true);
    optimizer->step();  // no gradient yet: nothing moves, decay included
    CHECK(list(problem.w) == before);
  }
}

TEST_CASE("optimizer: a step bumps the version that backward checks") {
  Problem problem(DType::F32);
  Sgd sgd(problem.parameters(), {.lr = 0.1});
  const Tensor y = sum(square(problem.w));
  problem.set_gradient(1);
  sgd.step();
  CHECK_THROWS_AS(backward(y), Error);
}

TEST_CASE("optimizer: saved and restored state continues to the same bits") {
  for (const char* name : kNames) {
    Problem straight(DType::F32), resumed(DType::F32);
    const auto whole = make(name, straight.parameters());
    const auto first = make(name, resumed.parameters());
    for (int64_t step = 1; step <= 10; ++step) {
      straight.set_gradient(step);
      whole->step();
      if (step > 5) continue;
      resumed.set_gradient(step);
      first->step();
    }
    const auto second = make(name, resumed.parameters());
    second->load_state(first->state());
    for (int64_t step = 6; step <= 10; ++step) {
      resumed.set_gradient(step);
      second->step();
    }
    CHECK(list(straight.w) == list(resumed.w));
  }
}

TEST_CASE("optimizer: state that does not fit changes nothing") {
  Problem problem(DType::F32);
  Adam adam(problem.parameters(), {});
  problem.set_gradient(1);
  adam.step();
  const auto before = list(adam.state()[1].tensor);
  auto wrong = adam.state();
  CHECK(wrong[0].slot == "steps");
  CHECK(wrong[1].slot == "first_moment");
  CHECK(wrong[2].slot == "second_moment");
  wrong[1].tensor = Tensor::zeros({3});
  CHECK_THROWS_WITH_AS(adam.load_state(wrong), "adam: state of 'w': 'first_moment' must be f32 [8]",
                       Error);
  wrong.pop_back();
  CHECK_THROWS_AS(adam.load_state(wrong), Error);
  CHECK_THROWS_WITH_AS(
      adam.load_state({{"v", "steps", Tensor::zeros({1})}}),
      "adam: state holds 1 tensors, of which 0 belong to the optimizer's parameters", Error);
  CHECK(list(adam.state()[1].tensor) == before);
}

TEST_CASE("optimizer: groups scale the rate and replace the decay; the first match decides") {
  Tensor trunk = Tensor::full({2}, 1), norm = Tensor::full({2}, 1), head = Tensor::full({2}, 1);
  Tensor statistic = Tensor::full({2}, 1);
  for (Tensor* t : {&trunk, &norm, &head}) {
    t->set_requires_grad(true);
    t->set_grad(Tensor::full({2}, 1));
  }
  const std::vector<NamedTensor> parameters{{"layer1.0.weight", trunk, false, Layout::Plain},
                                            {"layer1.0.bn.bias", norm, false, Layout::Plain},
                                            {"fc.weight", head, false, Layout::Plain},
                                            {"layer1.0.bn.mean", statistic, true, Layout::Plain}};
  Sgd sgd(parameters, {.lr = 0.5, .weight_decay = 1},
          {{{"*.bias"}, 0.1, 0.0}, {{"layer1"}, 0.5, {}}});
  sgd.step();
  CHECK(list(head)[0] == doctest::Approx(1 - 0.5 * 2));
  CHECK(list(trunk)[0] == doctest::Approx(1 - 0.25 * 2));
  CHECK(list(norm)[0] == doctest::Approx(1 - 0.05 * 1));
  CHECK(list(statistic)[0] == 1);
  sgd.zero_grad();
  CHECK(!head.grad().defined());
}

TEST_CASE("optimizer: a step that runs out of memory leaves nothing behind, and can be repeated") {
  Problem problem(DType::F64), untroubled(DType::F64);
  const auto troubled = make("adam", problem.parameters());
  const auto reference = make("adam", untroubled.parameters());
  problem.set_gradient(1);
  untroubled.set_gradient(1);
  const std::vector<double> before = list(problem.w);
  Allocator& memory = allocator({});
  const size_t live = memory.stats().live;
  memory.set_budget(live + problem.w.bytes());  // room for the first of two moments
  CHECK_THROWS_AS(troubled->step(), Error);
  CHECK(memory.stats().live == live);
  memory.set_budget(kNoBudget);
  CHECK(list(problem.w) == before);
  CHECK(troubled->state().empty());
  troubled->step();
  reference->step();
  CHECK(list(problem.w) == list(untroubled.w));
  CHECK(troubled->state().size() == reference->state().size());
}

TEST_CASE("optimizer: tied weights move once") {
  Problem problem(DType::F32);
  const std::vector<NamedTensor> twice{{"a", problem.w, false, Layout::Plain},
                                       {"b", problem.w, false, Layout::Plain}};
  const auto before = list(problem.w);
  Sgd sgd(twice, {.lr = 1});
  problem.w.set_grad(Tensor::full({8}, 1));
  sgd.step();
  CHECK(list(problem.w)[0] == doctest::Approx(before[0] - 1));
}

TEST_CASE("optimizer: one call updates many tensors, to the bits of one tensor at a time") {
  struct Calls final : KernelTrace {
    std::vector<std::string> kernels;
    void on_kernel(const KernelCall& call) override { kernels.emplace_back(call.kernel); }
  };
  const std::vector<int64_t> sizes{5, 40000, 1, 33, 70000};  // within chunks and across them
  for (const char* name : kNames) {
    CAPTURE(std::string(name));
    std::vector<NamedTensor> together;
    for (const int64_t size : sizes) {
      const std::string path = "w" + std::to_string(size);
      Tensor w = formula_tensor(path, {size}, DType::F32).set_requires_grad(true);
      together.push_back({path, w, false, Layout::Plain});
    }
    const auto all = make(name, together);
    std::vector<NamedTensor> apart;
    std::vector<std::unique_ptr<Optimizer>> single;
    for (const NamedTensor& p : together) {
      apart.push_back({p.path, p.tensor.clone().set_requires_grad(true), false, Layout::Plain});
      single.push_back(make(name, {apart.back()}));
    }
    Calls calls;
    for (const std::string step : {"first", "second"}) {
      for (size_t i = 0; i < sizes.size(); ++i) {
        const Tensor g = formula_tensor(step + std::to_string(i), {sizes[i]}, DType::F32);
        together[i].tensor.set_grad(g);
        apart[i].tensor.set_grad(g);
        single[i]->step();
      }
      calls.kernels.clear();
      const TraceScope scope(calls);
      all->step();
    }
    CHECK(calls.kernels.size() == 1);
    for (size_t i = 0; i < sizes.size(); ++i)
      CHECK(testing::same_bits(together[i].tensor, apart[i].tensor));
  }
}

TEST_CASE("optimizer: tensors of two dtypes and with different histories share a step") {
  Tensor wide = Tensor::full({3}, 1, DType::F64), narrow = Tensor::full({3}, 1),
         late = narrow.clone();
  for (Tensor* t : {&wide, &narrow, &late}) t->set_requires_grad(true);
  Adam adam({{"wide", wide, false, Layout::Plain},
             {"narrow", narrow, false, Layout::Plain},
             {"late", late, false, Layout::Plain}},
            {.lr = 0.5});
  for (int step = 0; step < 2; ++step) {
    for (Tensor* t : {&wide, &narrow, &late})
      if (step > 0 || t != &late) t->set_grad(Tensor::full({3}, 1, t->dtype()));
    adam.step();
  }
  CHECK(list(wide)[0] == doctest::Approx(0));
  CHECK(list(narrow)[0] == doctest::Approx(0).epsilon(1e-6));
  CHECK(list(late)[0] == doctest::Approx(0.5));  // its first step
}

TEST_CASE("optimizer: one and three threads give the same bits") {
  const auto run = [](int threads) {
    const testing::ThreadCount scope(threads);
    Tensor w = formula_tensor("w", {200000}, DType::F32).set_requires_grad(true);
    w.set_grad(formula_tensor("g", {200000}, DType::F32));
    AdamW adam({{"w", w, false, Layout::Plain}}, {.lr = 0.01, .weight_decay = 0.1});
    adam.step();
    adam.step();
    return list(w);
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("optimizer: options out of their domain") {
  Problem problem(DType::F32);
  const auto p = problem.parameters();
  CHECK_THROWS_WITH_AS(Sgd(p, {.lr = -1}),
                       "optimizer: learning rate must be finite and >= 0, not -1", Error);
  CHECK_THROWS_WITH_AS(Sgd(p, {.nesterov = true}),
                       "sgd: Nesterov needs momentum > 0 and no dampening: momentum 0 dampening 0",
                       Error);
  CHECK_THROWS_WITH_AS(Adam(p, {.beta2 = 1}), "adam: beta2 must be in [0, 1), not 1", Error);
  CHECK_THROWS_WITH_AS(Sgd(p, {}, {{{"fc"}, 1, {}}}),
                       "optimizer: pattern 'fc' of a parameter group selects no parameter", Error);
  CHECK_THROWS_WITH_AS(Sgd({p[0], {"w", Tensor::zeros({1}), false, Layout::Plain}}, {}),
                       "optimizer: two parameters named 'w'", Error);
  Sgd plain(p, {});
  CHECK_THROWS_WITH_AS(plain.set_momentum(0.9),
                       "sgd: was made without momentum, cannot set it to 0.9", Error);
  CHECK_THROWS_AS(plain.set_lr(NAN), Error);
}

}  // namespace graft::optim
