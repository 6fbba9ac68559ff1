#include <doctest/doctest.h>

#include <cmath>

#include "graft/core/allocator.h"
#include "graft/core/autograd/node.h"
#include "graft/core/ops.h"

namespace graft {
namespace {

Tensor leaf(const std::vector<double>& values) {
  Tensor x = Tensor::from(values, {static_cast<int64_t>(values.size())});
  x.set_requires_grad(true);
  return x;
}

size_t live() { return allocator({}).stats().live; }

}  // namespace

TEST_CASE("autograd: gradients add up over uses and over calls") {
  Tensor x = leaf({3, -2});
  backward(sum(x * x + x));
  CHECK(x.grad().values<double>()[0] == 7);
  backward(sum(x));
  CHECK(x.grad().values<double>()[0] == 8);
  CHECK(x.grad().values<double>()[1] == -2);
}

TEST_CASE("autograd: only wanted inputs get edges; nothing wanted, nothing recorded") {
  Tensor a = leaf({1, 2}), frozen = Tensor::full({2}, 3.0, DType::F64);
  CHECK_FALSE((frozen * frozen).requires_grad());
  const Tensor y = a * frozen;
  const auto node = producer_of(y);
  REQUIRE(node);
  CHECK(node->wants(0));
  CHECK_FALSE(node->wants(1));
  const NoGrad off;
  CHECK_FALSE((a * a).requires_grad());
}

TEST_CASE("autograd: a kept tensor changed in place is refused by name and version") {
  Tensor a = leaf({1, 2}), b = Tensor::full({2}, 3.0, DType::F64);
  const Tensor y = sum(a * b);
  b.fill_(4);
  CHECK_THROWS_WITH_AS(
      backward(y),
      "mul: a tensor kept for backward was changed in place: version 0 when kept, 1 now", Error);
}

TEST_CASE("autograd: the graph is freed as it runs, unless retained") {
  Tensor x = leaf({1, 2});
  const size_t before = live();
  {
    const Tensor y = sum(exp(exp(x)));
    backward(y, {}, {.retain_graph = true});
    x.set_grad({});
    backward(y);
    x.set_grad({});
    CHECK(live() == before + sizeof(double));  // y itself; both results of exp are gone
    CHECK_THROWS_WITH_AS(
        backward(y), "sum: the graph was already run backward and freed; keep it with retain_graph",
        Error);
  }
  CHECK(live() == before);
}

TEST_CASE("autograd: create_graph gives second derivatives and leaves nothing behind") {
  const size_t before = live();
  {
    Tensor x = leaf({0.5, -1.5});
    const Tensor g = gradients(sum(sin(x) * x), {x}, {}, {.create_graph = true})[0];
    const Tensor h = gradients(sum(g), {x})[0];
    for (size_t i = 0; i < 2; ++i) {
      const double v = x.values<double>()[i];
      CHECK(g.values<double>()[i] == doctest::Approx(std::sin(v) + v * std::cos(v)));
      CHECK(h.values<double>()[i] == doctest::Approx(2 * std::cos(v) - v * std::sin(v)));
    }
  }
  CHECK(live() == before);
}

TEST_CASE("autograd: gradients towards computed tensors, and none where there is no path") {
  Tensor x = leaf({2, 3}), other = leaf({1, 1});
  const Tensor middle = x * x;
  const auto g = gradients(sum(middle * middle), {middle, x, other});
  CHECK(g[0].values<double>()[0] == 8);
  CHECK(g[1].values<double>()[0] == 32);
  CHECK_FALSE(g[2].defined());
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("autograd: two leaves never share one gradient") {
  for (const bool create_graph : {false, true}) {
    Tensor a = leaf({1, 2}), b = leaf({3, 4});
    const Tensor cotangent = Tensor::full({2}, 1.0, DType::F64);
    backward(a + b, cotangent, {.create_graph = create_graph});
    CHECK(&a.grad().storage() != &b.grad().storage());
    CHECK(&a.grad().storage() != &cotangent.storage());
    Tensor grad = a.grad().detach();
    grad.fill_(5);
    CHECK(b.grad().values<double>()[0] == 1);
  }
}

TEST_CASE("autograd: a broadcast gradient reaches the leaf in its own memory") {
  Tensor x = leaf({1, 2, 3});
  backward(sum(x));
  CHECK(x.grad().is_contiguous());
  CHECK(x.grad().storage().bytes() == 24);
}

TEST_CASE("autograd: what cannot be differentiated says so") {
  Tensor x = leaf({1, 2});
  const Tensor plain = Tensor::full({2}, 1.0, DType::F64);
  CHECK_THROWS_WITH_AS(backward(plain), "backward: nothing that led to the output wants a gradient",
                       Error);
  CHECK_THROWS_WITH_AS(backward(x * x),
                       "backward: output [2] has more than one element; give a cotangent", Error);
  CHECK_THROWS_WITH_AS(backward(x * x, Tensor::full({3}, 1.0)),
                       "backward: cotangent f32 [3] for output f64 [2]", Error);
  const Tensor g = gradients(sum(exp(x)), {x}, {}, {.create_graph = true})[0];
  const Tensor h = gradients(sum(g), {x}, {}, {.create_graph = true})[0];
  CHECK_THROWS_WITH_AS(gradients(sum(h), {x}), "unary_grad2: exp has no third derivative", Error);
}

TEST_CASE("autograd: a chain of a million nodes runs and is destroyed without recursion") {
  constexpr int kNodes = 1'000'000;
  Tensor x = leaf({1});
  {
    Tensor y = x;
    for (int i = 0; i < kNodes; ++i) y = add(y, x);
    backward(y);
  }
  CHECK(x.grad().item() == kNodes + 1);
  Tensor unused = x;
  for (int i = 0; i < kNodes; ++i) unused = mul(unused, 1.0);
  unused = {};  // destroyed without having run
  CHECK_FALSE(unused.defined());
}

}  // namespace graft
