#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "graft/core/allocator.h"
#include "graft/core/ops.h"

namespace graft {
namespace {

Tensor labels(const std::vector<int64_t>& values) {
  return Tensor::from(values, {static_cast<int64_t>(values.size())});
}

Tensor logits() {
  return Tensor::from(std::vector<double>{0.3, -1.2, 2.0, 0.1, 0.0, -0.4}, {2, 3});
}

double worst(const Tensor& a, const Tensor& b) {
  double difference = 0;
  for (size_t i = 0; i < static_cast<size_t>(a.numel()); ++i)
    difference = std::max(difference, std::abs(a.values<double>()[i] - b.values<double>()[i]));
  return difference;
}

// The gradient by the fused kernel and by the formula that create_graph records.
template <class Function>
void check_fused_equals_formula(const Function& f) {
  Tensor x = logits();
  x.set_requires_grad(true);
  const Tensor y = f(x);
  std::vector<double> c(static_cast<size_t>(y.numel()));
  for (size_t i = 0; i < c.size(); ++i) c[i] = 0.7 - 0.4 * static_cast<double>(i);
  const Tensor cotangent = Tensor::from(c, y.shape());
  const Tensor fused = gradients(y, {x}, cotangent, {.retain_graph = true})[0];
  const Tensor formula = gradients(y, {x}, cotangent, {.create_graph = true})[0];
  CHECK_FALSE(fused.requires_grad());
  CHECK(formula.requires_grad());
  CHECK(worst(fused, formula) < 1e-15);
}

}  // namespace

TEST_CASE("loss: cross entropy is the negative logarithm of the label's probability") {
  const Tensor x = logits();
  const Tensor log_p = log_softmax(x);
  const Tensor loss = cross_entropy(x, labels({2, 0}), 0.0, Reduction::None);
  CHECK(loss.values<double>()[0] == doctest::Approx(-log_p.values<double>()[2]));
  CHECK(loss.values<double>()[1] == doctest::Approx(-log_p.values<double>()[3]));
  CHECK(cross_entropy(x, labels({2, 0}), 0.0, Reduction::Sum).item() ==
        doctest::Approx(sum(loss).item()));
  CHECK(cross_entropy(x, labels({2, 0})).item() == doctest::Approx(sum(loss).item() / 2));
  double smooth = 0;
  for (size_t c = 0; c < 3; ++c)
    smooth -= (c == 2 ? 0.9 + 0.1 / 3 : 0.1 / 3) * log_p.values<double>()[c];
  CHECK(cross_entropy(x, labels({2, 0}), 0.1, Reduction::None).values<double>()[0] ==
        doctest::Approx(smooth));
}

TEST_CASE("loss: f32 probabilities of rows of any width, with a large spread and with NaN") {
  for (const int64_t width : {1, 7, 16, 17, 1000}) {
    CAPTURE(width);
    std::vector<double> values;
    for (int64_t i = 0; i < width; ++i) values.push_back(-0.2 * static_cast<double>(i * i % 601));
    const Tensor wide = Tensor::from(values, {1, width}), x = cast(wide, DType::F32);
    const Tensor expected = softmax(cast(x, DType::F64)), found = softmax(x);
    for (size_t i = 0; i < values.size(); ++i)
      CHECK(static_cast<double>(found.values<float>()[i]) ==
            doctest::Approx(expected.values<double>()[i]).epsilon(4e-7));
    const Tensor logarithm = log_softmax(x), precise = log_softmax(cast(x, DType::F64));
    for (size_t i = 0; i < values.size(); ++i)
      CHECK(static_cast<double>(logarithm.values<float>()[i]) ==
            doctest::Approx(precise.values<double>()[i]).epsilon(4e-7));
    Tensor bad = x.clone();
    bad.data<float>()[width / 2] = std::numeric_limits<float>::quiet_NaN();
    for (const float p : softmax(bad).values<float>()) CHECK(std::isnan(p));
  }
}

TEST_CASE("loss: large and infinite logits") {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const Tensor x = Tensor::from(std::vector<double>{1e4, 0, -kInf, 1}, {2, 2});
  const Tensor loss = cross_entropy(x, labels({1, 1}), 0.0, Reduction::None);
  CHECK(loss.values<double>()[0] == doctest::Approx(1e4));
  CHECK(loss.values<double>()[1] == 0);
  CHECK(softmax(x).values<double>()[2] == 0);
  CHECK(log_softmax(x).values<double>()[1] == -1e4);
}

TEST_CASE("loss: the fused gradients equal the recorded formulas") {
  check_fused_equals_formula([](const Tensor& x) { return softmax(x); });
  check_fused_equals_formula([](const Tensor& x) { return log_softmax(x); });
  check_fused_equals_formula([](const Tensor& x) {
    return cross_entropy(x, labels({2, 0}), 0.1, Reduction::None);
  });
  check_fused_equals_formula([](const Tensor& x) { return cross_entropy(x, labels({2, 0}), 0.1); });
}

TEST_CASE("loss: cross entropy keeps the probabilities, not the logits") {
  Tensor w = logits();
  w.set_requires_grad(true);
  const Tensor target = labels({2, 0});
  const size_t before = allocator({}).stats().live;
  const Tensor loss = cross_entropy(mul(w, 2.0), target);
  CHECK(allocator({}).stats().live == before + 6 * sizeof(double) + sizeof(double));
}

TEST_CASE("loss: wrong operands are named") {
  const Tensor x = logits();
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels({2, 3})),
                       "cross_entropy: labels[1] = 3 is not in 0..2", Error);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels({-1, 7})),
                       "cross_entropy: labels[0] = -1 is not in 0..2", Error);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels({1})), "cross_entropy: 1 labels for logits [2, 3]",
                       Error);
  CHECK_THROWS_WITH_AS(cross_entropy(x, Tensor::zeros({2})),
                       "cross_entropy: labels must be i64 [n], not f32 [2]", Error);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels({0, 0}), 1.5),
                       "cross_entropy: smoothing must be in [0, 1): 1.5", Error);
  CHECK_THROWS_WITH_AS(cross_entropy(flatten(x), labels({0, 0})),
                       "cross_entropy: needs logits [N,C], not [6]", Error);
  CHECK_THROWS_WITH_AS(mse_loss(x, flatten(x)), "mse_loss: prediction [2, 3] target [6]", Error);
  CHECK_THROWS_WITH_AS(softmax(Tensor::full({}, 1)), "softmax: needs a last axis, not []", Error);
  CHECK_THROWS_WITH_AS(dropout(x, 1.0, {}), "dropout: p must be in [0, 1): 1", Error);
}

TEST_CASE("loss: dropout of probability zero is the identity, and its gradient has its mask") {
  Tensor x = logits();
  CHECK(dropout(x, 0, {}).impl_ptr() == x.impl_ptr());
  x.set_requires_grad(true);
  const RandomKey key{.seed = 3, .purpose = Purpose::Dropout};
  const Tensor y = dropout(x, 0.5, key);
  backward(y, Tensor::full({2, 3}, 1.0, DType::F64));
  for (size_t i = 0; i < 6; ++i)
    CHECK(y.values<double>()[i] == x.values<double>()[i] * x.grad().values<double>()[i]);
}

}  // namespace graft
