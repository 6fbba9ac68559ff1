// Scalar functions with their first and second derivative, one source for CPU and CUDA.
//
// f is of x; df and ddf are of the tensor that core/ops/unary.def keeps (x or y): df is f' and ddf
// is d(df)/d(kept). A kink takes the derivative PyTorch takes there.
#pragma once

#include <cmath>

#include "graft/core/host_device.h"

namespace graft {

struct Neg {
  template <class T>
  GRAFT_HD static T f(T x) {
    return -x;
  }
  template <class T>
  GRAFT_HD static T df(T) {
    return T(-1);
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(0);
  }
};
struct Abs {
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::abs(x);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return x > T(0) ? T(1) : x < T(0) ? T(-1) : T(0);
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(0);
  }
};
struct Exp {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::exp(x);
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return y;
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(1);
  }
};
struct Log {
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::log(x);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return T(1) / x;
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    return T(-1) / (x * x);
  }
};
struct Sqrt {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::sqrt(x);
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return T(0.5) / y;
  }
  template <class T>
  GRAFT_HD static T ddf(T y) {
    return T(-0.5) / (y * y);
  }
};
struct Rsqrt {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return T(1) / std::sqrt(x);
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return T(-0.5) * y * y * y;
  }
  template <class T>
  GRAFT_HD static T ddf(T y) {
    return T(-1.5) * y * y;
  }
};
struct Reciprocal {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return T(1) / x;
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return -y * y;
  }
  template <class T>
  GRAFT_HD static T ddf(T y) {
    return T(-2) * y;
  }
};
struct Square {
  template <class T>
  GRAFT_HD static T f(T x) {
    return x * x;
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return T(2) * x;
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(2);
  }
};
struct Sigmoid {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return T(1) / (T(1) + std::exp(-x));
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return y * (T(1) - y);
  }
  template <class T>
  GRAFT_HD static T ddf(T y) {
    return T(1) - T(2) * y;
  }
};
struct Tanh {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::tanh(x);
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return T(1) - y * y;
  }
  template <class T>
  GRAFT_HD static T ddf(T y) {
    return T(-2) * y;
  }
};
struct Relu {  // keeps y; NaN stays NaN
  template <class T>
  GRAFT_HD static T f(T x) {
    return x < T(0) ? T(0) : x;
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return y <= T(0) ? T(0) : T(1);
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(0);
  }
};
struct Relu6 {  // keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return x < T(0) ? T(0) : x > T(6) ? T(6) : x;
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return y <= T(0) || y >= T(6) ? T(0) : T(1);
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(0);
  }
};
struct LeakyRelu {  // slope 0.01; keeps y, whose sign is that of x
  template <class T>
  GRAFT_HD static T f(T x) {
    return x < T(0) ? T(0.01) * x : x;
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return y > T(0) ? T(1) : T(0.01);
  }
  template <class T>
  GRAFT_HD static T ddf(T) {
    return T(0);
  }
};
struct Elu {  // alpha 1; keeps y
  template <class T>
  GRAFT_HD static T f(T x) {
    return x > T(0) ? x : std::expm1(x);
  }
  template <class T>
  GRAFT_HD static T df(T y) {
    return y > T(0) ? T(1) : y + T(1);
  }
  template <class T>
  GRAFT_HD static T ddf(T y) {
    return y > T(0) ? T(0) : T(1);
  }
};
struct Softplus {  // log(1 + e^x) without overflow
  template <class T>
  GRAFT_HD static T f(T x) {
    return (x > T(0) ? x : T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return Sigmoid::f(x);
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    return Sigmoid::df(Sigmoid::f(x));
  }
};
struct Silu {  // x sigmoid(x)
  template <class T>
  GRAFT_HD static T f(T x) {
    return x * Sigmoid::f(x);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    const T s = Sigmoid::f(x);
    return s * (T(1) + x * (T(1) - s));
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    const T s = Sigmoid::f(x);
    return s * (T(1) - s) * (T(2) + x * (T(1) - T(2) * s));
  }
};
struct Gelu {  // x Phi(x), exact (Hendrycks and Gimpel 2016)
  template <class T>
  GRAFT_HD static T cdf(T x) {
    return T(0.5) * std::erfc(-x * T(0.70710678118654752440));
  }
  template <class T>
  GRAFT_HD static T pdf(T x) {
    return T(0.39894228040143267794) * std::exp(T(-0.5) * x * x);
  }
  template <class T>
  GRAFT_HD static T f(T x) {
    return x * cdf(x);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return cdf(x) + x * pdf(x);
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    return pdf(x) * (T(2) - x * x);
  }
};
struct Hardswish {  // x relu6(x + 3) / 6
  template <class T>
  GRAFT_HD static T f(T x) {
    return x * Relu6::f(x + T(3)) / T(6);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return x <= T(-3) ? T(0) : x < T(3) ? x / T(3) + T(0.5) : T(1);
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    return x > T(-3) && x < T(3) ? T(1) / T(3) : T(0);
  }
};
struct Sin {
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::sin(x);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return std::cos(x);
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    return -std::sin(x);
  }
};
struct Cos {
  template <class T>
  GRAFT_HD static T f(T x) {
    return std::cos(x);
  }
  template <class T>
  GRAFT_HD static T df(T x) {
    return -std::sin(x);
  }
  template <class T>
  GRAFT_HD static T ddf(T x) {
    return -std::cos(x);
  }
};

struct Add {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a + b;
  }
};
struct Sub {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a - b;
  }
};
struct Mul {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a * b;
  }
};
struct Div {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a / b;
  }
};
struct Maximum {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a > b || a != a ? a : b;
  }
};
struct Minimum {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a < b || a != a ? a : b;
  }
};
struct Greater {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a > b ? T(1) : T(0);
  }
};
struct Equal {
  template <class T>
  GRAFT_HD static T f(T a, T b) {
    return a == b ? T(1) : T(0);
  }
};

}  // namespace graft
