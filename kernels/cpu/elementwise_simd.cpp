// Plain loops over the functors; the compiler makes vectors of them for each level.
#include "graft/kernels/cpu/elementwise_runs.h"
#include "graft/kernels/cpu/simd/vec.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {
namespace {

// Elements of an operand that is not dense are copied to a stage, so many at a time: one loop a
// function then serves every step.
constexpr int64_t kStage = 256;

// `count` elements from number `begin` on, contiguous: in place, or in `stage`, which keeps a
// repeated number from the first stretch on.
template <class T>
[[gnu::noinline]] const T* stage_elements(const T* from, int64_t step, int64_t begin, int64_t count,
                                          T* stage) {
  if (step == 1) return from + begin;
  if (step == 0 && begin > 0) return stage;
  for (int64_t i = 0; i < count; ++i) stage[i] = from[(begin + i) * step];
  return stage;
}

template <class Functor, class T>
void map(const T* x, int64_t x_step, T* y, int64_t count) {
  [[gnu::uninitialized]] T stage[kStage];
  const int64_t stretch = x_step == 1 ? count : kStage;
  for (int64_t begin = 0; begin < count; begin += stretch) {
    const int64_t length = count - begin < stretch ? count - begin : stretch;
    const T* const from = stage_elements(x, x_step, begin, length, stage);
    for (int64_t i = 0; i < length; ++i) y[begin + i] = Functor::f(from[i]);
  }
}

template <class Functor, class T>
void combine(const T* a, int64_t a_step, const T* b, int64_t b_step, T* y, int64_t count) {
  [[gnu::uninitialized]] T stage_a[kStage], stage_b[kStage];
  const int64_t stretch = a_step == 1 && b_step == 1 ? count : kStage;
  for (int64_t begin = 0; begin < count; begin += stretch) {
    const int64_t length = count - begin < stretch ? count - begin : stretch;
    const T* const from_a = stage_elements(a, a_step, begin, length, stage_a);
    const T* const from_b = stage_elements(b, b_step, begin, length, stage_b);
    for (int64_t i = 0; i < length; ++i) y[begin + i] = Functor::f(from_a[i], from_b[i]);
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
BinaryRun<float> unary_grad_run<kSimd, float>(UnaryKind kind) {
  return pick_gradient<ItsGradient, float>(kind);
}
template <>
BinaryRun<float> unary_grad2_run<kSimd, float>(UnaryKind kind) {
  return pick_gradient<ItsGradient2, float>(kind);
}
template <>
BinaryRun<float> binary_run<kSimd, float>(BinaryKind kind) {
  return pick_combine<float>(kind);
}

#if GRAFT_SIMD_LEVEL == 0
template <>
UnaryRun<double> unary_run<kSimd, double>(UnaryKind kind) {
  return pick_map<double>(kind);
}
template <>
BinaryRun<double> unary_grad_run<kSimd, double>(UnaryKind kind) {
  return pick_gradient<ItsGradient, double>(kind);
}
template <>
BinaryRun<double> unary_grad2_run<kSimd, double>(UnaryKind kind) {
  return pick_gradient<ItsGradient2, double>(kind);
}
template <>
BinaryRun<double> binary_run<kSimd, double>(BinaryKind kind) {
  return pick_combine<double>(kind);
}
#endif

}  // namespace graft::cpu
