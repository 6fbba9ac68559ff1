// Plain loops over the functors; the compiler makes vectors of them for each level.
#include "graft/kernels/cpu/elementwise_runs.h"
#include "graft/kernels/cpu/simd/vec.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {
namespace {

template <class Functor, class T>
void map(const T* x, int64_t x_step, T* y, int64_t count) {
  if (x_step == 1)
    for (int64_t i = 0; i < count; ++i) y[i] = Functor::f(x[i]);
  else
    for (int64_t i = 0; i < count; ++i) y[i] = Functor::f(x[i * x_step]);
}

// Dense with dense, dense with one repeated number, or any steps. A vector along the last axis is
// dense within each run.
template <class Functor, class T>
void combine(const T* a, int64_t a_step, const T* b, int64_t b_step, T* y, int64_t count) {
  if (a_step == 1 && b_step == 1) {
    for (int64_t i = 0; i < count; ++i) y[i] = Functor::f(a[i], b[i]);
  } else if (a_step == 1 && b_step == 0) {
    const T number = *b;
    for (int64_t i = 0; i < count; ++i) y[i] = Functor::f(a[i], number);
  } else if (a_step == 0 && b_step == 1) {
    const T number = *a;
    for (int64_t i = 0; i < count; ++i) y[i] = Functor::f(number, b[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) y[i] = Functor::f(a[i * a_step], b[i * b_step]);
  }
}

template <class Functor>
struct Gradient {
  template <class T>
  GRAFT_HD static T f(T g, T k) {
    return g * Functor::df(k);
  }
};

template <class Functor>
struct Gradient2 {
  template <class T>
  GRAFT_HD static T f(T g, T k) {
    return g * Functor::ddf(k);
  }
};

struct ItsGradient {
  template <class Functor>
  using Of = Gradient<Functor>;
};
struct ItsGradient2 {
  template <class Functor>
  using Of = Gradient2<Functor>;
};

template <class T>
UnaryRun<T> pick_map(UnaryKind kind) {
  switch (kind) {
#define UNARY(name, functor, keeps) \
  case UnaryKind::functor:          \
    return map<functor, T>;
#include "graft/core/ops/unary.def"
#undef UNARY
  }
  return nullptr;
}

template <class Which, class T>
BinaryRun<T> pick_gradient(UnaryKind kind) {
  switch (kind) {
#define UNARY(name, functor, keeps) \
  case UnaryKind::functor:          \
    return combine<typename Which::template Of<functor>, T>;
#include "graft/core/ops/unary.def"
#undef UNARY
  }
  return nullptr;
}

template <class T>
BinaryRun<T> pick_combine(BinaryKind kind) {
  switch (kind) {
#define BINARY(name, functor) \
  case BinaryKind::functor:   \
    return combine<functor, T>;
#include "graft/core/ops/binary.def"
#undef BINARY
  }
  return nullptr;
}

}  // namespace

template <>
UnaryRun<float> unary_run<kSimd, float>(UnaryKind kind) {
  return pick_map<float>(kind);
}
template <>
UnaryRun<double> unary_run<kSimd, double>(UnaryKind kind) {
  return pick_map<double>(kind);
}
template <>
BinaryRun<float> unary_grad_run<kSimd, float>(UnaryKind kind) {
  return pick_gradient<ItsGradient, float>(kind);
}
template <>
BinaryRun<double> unary_grad_run<kSimd, double>(UnaryKind kind) {
  return pick_gradient<ItsGradient, double>(kind);
}
template <>
BinaryRun<float> unary_grad2_run<kSimd, float>(UnaryKind kind) {
  return pick_gradient<ItsGradient2, float>(kind);
}
template <>
BinaryRun<double> unary_grad2_run<kSimd, double>(UnaryKind kind) {
  return pick_gradient<ItsGradient2, double>(kind);
}
template <>
BinaryRun<float> binary_run<kSimd, float>(BinaryKind kind) {
  return pick_combine<float>(kind);
}
template <>
BinaryRun<double> binary_run<kSimd, double>(BinaryKind kind) {
  return pick_combine<double>(kind);
}

}  // namespace graft::cpu
