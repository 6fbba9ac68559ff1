// Elementwise functions, written from their definitions.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "op_reference/reference.h"

namespace graft::testing {
namespace {

template <class Function>
Reference of_one(const char* op, Function) {
  return {op, [](const Arrays& x, const OpParams&) { return map_elements(x[0], Function{}); }};
}

template <class Function>
Array combine(const Array& a, const Array& b, const Function& f) {
  Array y(broadcast_shapes("reference", a.shape, b.shape));
  size_t i = 0;
  for_each_index(y.shape, [&](const Shape& at) {
    y.values[i++] = f(a.values[position_in(a.shape, at)], b.values[position_in(b.shape, at)]);
  });
  return y;
}

template <class Function>
Reference of_two(const char* op, Function) {
  return {op, [](const Arrays& x, const OpParams&) { return combine(x[0], x[1], Function{}); }};
}

// g f'(k) and g f''(k), for functions whose derivative reads x (sin, square) or y (tanh, sigmoid).
double first_derivative(UnaryKind kind, double k) {
  switch (kind) {
    case UnaryKind::Sin:
      return std::cos(k);
    case UnaryKind::Square:
      return 2 * k;
    case UnaryKind::Tanh:
      return 1 - k * k;
    case UnaryKind::Sigmoid:
      return k - k * k;
    default:
      fail(ErrorKind::Internal, "reference: no derivative of this function");
  }
}
double second_derivative(UnaryKind kind, double k) {
  switch (kind) {
    case UnaryKind::Sin:
      return -std::sin(k);
    case UnaryKind::Square:
      return 2;
    case UnaryKind::Tanh:
      return -2 * k;
    case UnaryKind::Sigmoid:
      return 1 - 2 * k;
    default:
      fail(ErrorKind::Internal, "reference: no derivative of this function");
  }
}

template <double (*kDerivative)(UnaryKind, double)>
Array derivative_loop(const Arrays& x, const OpParams& params) {
  const UnaryKind kind = std::get<UnaryParams>(params).kind;
  return combine(x[0], x[1], [kind](double g, double k) { return g * kDerivative(kind, k); });
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double normal_cdf(double x) { return 0.5 * (1 + std::erf(x / std::numbers::sqrt2)); }

}  // namespace

std::vector<Reference> elementwise_references() {
  return {
      of_one("neg", [](double x) { return -x; }),
      of_one("abs", [](double x) { return x < 0 ? -x : x; }),
      of_one("exp", [](double x) { return std::exp(x); }),
      of_one("log", [](double x) { return std::log(x); }),
      of_one("sqrt", [](double x) { return std::sqrt(x); }),
      of_one("rsqrt", [](double x) { return 1 / std::sqrt(x); }),
      of_one("reciprocal", [](double x) { return 1 / x; }),
      of_one("square", [](double x) { return x * x; }),
      of_one("sigmoid", [](double x) { return logistic(x); }),
      of_one("tanh", [](double x) { return 2 * logistic(2 * x) - 1; }),
      of_one("relu", [](double x) { return std::max(x, 0.0); }),
      of_one("relu6", [](double x) { return std::clamp(x, 0.0, 6.0); }),
      of_one("leaky_relu", [](double x) { return x > 0 ? x : 0.01 * x; }),
      of_one("elu", [](double x) { return x > 0 ? x : std::exp(x) - 1; }),
      of_one("softplus", [](double x) { return std::log(1 + std::exp(x)); }),
      of_one("silu", [](double x) { return x * logistic(x); }),
      of_one("gelu", [](double x) { return x * normal_cdf(x); }),
      of_one("hardswish", [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }),
      of_one("sin", [](double x) { return std::sin(x); }),
      of_one("cos", [](double x) { return std::cos(x); }),

      {"unary_grad", derivative_loop<first_derivative>},
      {"unary_grad2", derivative_loop<second_derivative>},

      of_two("add", [](double a, double b) { return a + b; }),
      of_two("sub", [](double a, double b) { return a - b; }),
      of_two("mul", [](double a, double b) { return a * b; }),
      of_two("div", [](double a, double b) { return a / b; }),
      of_two("maximum", [](double a, double b) { return a > b ? a : b; }),
      of_two("minimum", [](double a, double b) { return a < b ? a : b; }),
      of_two("greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }),
      of_two("equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }),
  };
}

}  // namespace graft::testing
