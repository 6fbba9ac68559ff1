#include "graft/kernels/cpu/batch_norm_rows.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/row_loops.h"

namespace graft::cpu {
namespace {

// (x - mean) scale + shift, from the difference: one source, so that backward finds the bits of
// forward.
template <class T>
[[gnu::always_inline]] inline Vec<T> normalised(Vec<T> centred, Vec<T> scale, Vec<T> shift) {
  return centred * scale + shift;
}

template <class T>
[[gnu::always_inline]] inline void apply(const Normalisation<T>& by, const T* residual,
                                         RowBlock block, T* y) {
  const Clamp<T> clamp(by.activation);
  const Normalisation<T> of = by;  // no store into y can be taken for a change of it
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t at = row * block.stride;
    for_vectors<T>(block.channels, [&](int64_t c, auto v) {
      const Vec<T> centred = v.get(of.x + at + c) - v.get(of.mean + c);
      Vec<T> value = normalised<T>(centred, v.get(of.scale + c), v.get(of.shift + c));
      if (residual) value += v.get(residual + at + c);
      v.put(y + at + c, clamp(value));
    });
  }
}

// The gradient before the activation: g where its derivative is 1, else 0.
template <class T>
struct Activated {
  Vec<T> low, high;

  explicit Activated(const Clamp<T>& clamp) : low(clamp.low), high(clamp.high) {}
  [[gnu::always_inline]] Vec<T> operator()(Vec<T> g, Vec<T> centred, Vec<T> scale,
                                           Vec<T> shift) const {
    const Vec<T> y = normalised<T>(centred, scale, shift);
    return y <= low ? Vec<T>{} : y >= high ? Vec<T>{} : g;
  }
};

// Adds h and h (x - mean) of kRows rows, g and x pointing to the first. The next rows are fetched
// early: what is in flight is too little otherwise, as the sums of a row wait for one another.
template <bool kActivated, int kRows, class T>
[[gnu::always_inline]] inline void add_grads(const T* g, const T* x, const Normalisation<T>& by,
                                             RowBlock block, T* sum_h, T* sum_hx) {
  const Activated<T> before{Clamp<T>(by.activation)};
  for_vectors<T>(block.channels, [&](int64_t c, auto v) {
    const Vec<T> mean = v.get(by.mean + c);
    Vec<T> scale{}, shift{};
    if constexpr (kActivated) {
      scale = v.get(by.scale + c);
      shift = v.get(by.shift + c);
    }
    Vec<T> total_h = load(sum_h + c), total_hx = load(sum_hx + c);
#pragma GCC unroll 4
    for (int row = 0; row < kRows; ++row) {
      const int64_t at = row * block.stride + c, next = at + kRows * block.stride;
      __builtin_prefetch(x + next);
      __builtin_prefetch(g + next);
      const Vec<T> centred = v.get(x + at) - mean;
      Vec<T> h = v.get(g + at);
      if constexpr (kActivated) h = before(h, centred, scale, shift);
      total_h += h;
      total_hx += h * centred;
    }
    store(sum_h + c, total_h);
    store(sum_hx + c, total_hx);
  });
}

template <bool kActivated, class T>
[[gnu::always_inline]] inline void grad_sums(const T* g, Normalisation<T> by, RowBlock block,
                                             double* sum_h, double* sum_hx) {
  for (int64_t c = 0; c < block.channels; ++c) sum_h[c] = sum_hx[c] = 0;
  for_groups(block.rows, [&](int64_t begin, int64_t end) {
    T group_h[kMaxBlockChannels] = {}, group_hx[kMaxBlockChannels] = {};
    for_fours(begin, end, [&]<int kRows>(int64_t row, std::integral_constant<int, kRows>) {
      const int64_t at = row * block.stride;
      add_grads<kActivated, kRows>(g + at, by.x + at, by, block, group_h, group_hx);
    });
    add_to(sum_h, group_h, block.channels);
    add_to(sum_hx, group_hx, block.channels);
  });
}

template <bool kActivated, class T>
[[gnu::always_inline]] inline void input_grad(const T* g, Normalisation<T> by, const T* offset,
                                              const T* slope, RowBlock block, T* dx) {
  const Activated<T> before{Clamp<T>(by.activation)};
  for_fours(0, block.rows, [&]<int kRows>(int64_t row, std::integral_constant<int, kRows>) {
    for_vectors<T>(block.channels, [&](int64_t c, auto v) {
      const Vec<T> mean = v.get(by.mean + c), scale = v.get(by.scale + c);
      const Vec<T> offsets = v.get(offset + c), slopes = v.get(slope + c);
      Vec<T> shift{};
      if constexpr (kActivated) shift = v.get(by.shift + c);
#pragma GCC unroll 4
      for (int i = 0; i < kRows; ++i) {
        const int64_t at = (row + i) * block.stride + c;
        const Vec<T> centred = v.get(by.x + at) - mean;
        Vec<T> h = v.get(g + at);
        if constexpr (kActivated) h = before(h, centred, scale, shift);
        v.put(dx + at, scale * (h - offsets - centred * slopes));
      }
    });
  });
}

}  // namespace

template <>
void block_apply<kSimd>(const Normalisation<float>& by, const float* residual, RowBlock block,
                        float* y) {
  apply(by, residual, block, y);
}
template <>
void block_apply<kSimd>(const Normalisation<double>& by, const double* residual, RowBlock block,
                        double* y) {
  apply(by, residual, block, y);
}

template <>
void block_grad_sums<kSimd>(const float* g, const Normalisation<float>& by, RowBlock block,
                            double* sum_h, double* sum_hx) {
  if (by.activation == Activation::None)
    grad_sums<false>(g, by, block, sum_h, sum_hx);
  else
    grad_sums<true>(g, by, block, sum_h, sum_hx);
}
template <>
void block_grad_sums<kSimd>(const double* g, const Normalisation<double>& by, RowBlock block,
                            double* sum_h, double* sum_hx) {
  if (by.activation == Activation::None)
    grad_sums<false>(g, by, block, sum_h, sum_hx);
  else
    grad_sums<true>(g, by, block, sum_h, sum_hx);
}

template <>
void block_input_grad<kSimd>(const float* g, const Normalisation<float>& by, const float* offset,
                             const float* slope, RowBlock block, float* dx) {
  if (by.activation == Activation::None)
    input_grad<false>(g, by, offset, slope, block, dx);
  else
    input_grad<true>(g, by, offset, slope, block, dx);
}
template <>
void block_input_grad<kSimd>(const double* g, const Normalisation<double>& by, const double* offset,
                             const double* slope, RowBlock block, double* dx) {
  if (by.activation == Activation::None)
    input_grad<false>(g, by, offset, slope, block, dx);
  else
    input_grad<true>(g, by, offset, slope, block, dx);
}

}  // namespace graft::cpu
