#include "graft/kernels/cpu/batch_norm_rows.h"

#include "graft/kernels/cpu/simd/vec.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {
namespace {

constexpr int64_t kGroup = 128;  // rows few enough to be summed in f32

// Calls body(first row, last row) for groups of rows.
template <class Body>
[[gnu::always_inline]] inline void for_groups(int64_t rows, const Body& body) {
  for (int64_t row = 0; row < rows; row += kGroup)
    body(row, row + kGroup < rows ? row + kGroup : rows);
}

template <class T>
[[gnu::always_inline]] inline void add_to(double* __restrict totals, const T* __restrict part,
                                          int64_t count) {
  for (int64_t c = 0; c < count; ++c) totals[c] += static_cast<double>(part[c]);
}

// The mean found first is only a centre: the second pass corrects for its rounding.
template <class T>
[[gnu::always_inline]] inline void moments(const T* __restrict x, RowBlock block,
                                           double* __restrict mean, double* __restrict m2) {
  const int64_t channels = block.channels;
  const auto count = static_cast<double>(block.rows);
  T centre[kMaxBlockChannels] = {};
  for (int64_t row = 0; row < block.rows; ++row) {
    const T* __restrict in = x + row * block.stride;
    for (int64_t c = 0; c < channels; ++c) centre[c] += in[c];
  }
  for (int64_t c = 0; c < channels; ++c) centre[c] /= static_cast<T>(count);
  for (int64_t c = 0; c < channels; ++c) mean[c] = m2[c] = 0;
  for_groups(block.rows, [&](int64_t begin, int64_t end) {
    T sum[kMaxBlockChannels] = {}, squares[kMaxBlockChannels] = {};
    for (int64_t row = begin; row < end; ++row) {
      const T* __restrict in = x + row * block.stride;
      for (int64_t c = 0; c < channels; ++c) {
        const T d = in[c] - centre[c];
        sum[c] += d;
        squares[c] += d * d;
      }
    }
    add_to(mean, sum, channels);
    add_to(m2, squares, channels);
  });
  for (int64_t c = 0; c < channels; ++c) {
    const double sum = mean[c], shift = sum / count;
    mean[c] = static_cast<double>(centre[c]) + shift;
    m2[c] -= sum * shift;
  }
}

template <class T>
[[gnu::always_inline]] inline void grad_sums(const T* __restrict g, const T* __restrict x,
                                             const T* __restrict mean, RowBlock block,
                                             double* __restrict sum_g, double* __restrict sum_gx) {
  const int64_t channels = block.channels;
  for (int64_t c = 0; c < channels; ++c) sum_g[c] = sum_gx[c] = 0;
  for_groups(block.rows, [&](int64_t begin, int64_t end) {
    T group_g[kMaxBlockChannels] = {}, group_gx[kMaxBlockChannels] = {};
    for (int64_t row = begin; row < end; ++row) {
      const T* __restrict gs = g + row * block.stride;
      const T* __restrict xs = x + row * block.stride;
      for (int64_t c = 0; c < channels; ++c) {
        group_g[c] += gs[c];
        group_gx[c] += gs[c] * (xs[c] - mean[c]);
      }
    }
    add_to(sum_g, group_g, channels);
    add_to(sum_gx, group_gx, channels);
  });
}

struct Identity {
  template <class T>
  static T f(T x) {
    return x;
  }
};

template <class Act, class T>
[[gnu::always_inline]] inline void apply_rows(const T* __restrict x, const T* __restrict mean,
                                              const T* __restrict scale, const T* __restrict shift,
                                              const T* residual, RowBlock block, T* __restrict y) {
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t at = row * block.stride;
    const T* __restrict in = x + at;
    T* __restrict out = y + at;
    if (residual) {
      const T* __restrict added = residual + at;
      for (int64_t c = 0; c < block.channels; ++c)
        out[c] = Act::f((in[c] - mean[c]) * scale[c] + shift[c] + added[c]);
    } else {
      for (int64_t c = 0; c < block.channels; ++c)
        out[c] = Act::f((in[c] - mean[c]) * scale[c] + shift[c]);
    }
  }
}

template <class T>
[[gnu::always_inline]] inline void apply(const T* x, const T* mean, const T* scale, const T* shift,
                                         const T* residual, Activation activation, RowBlock block,
                                         T* y) {
  switch (activation) {
    case Activation::None:
      return apply_rows<Identity>(x, mean, scale, shift, residual, block, y);
    case Activation::Relu:
      return apply_rows<Relu>(x, mean, scale, shift, residual, block, y);
    case Activation::Relu6:
      return apply_rows<Relu6>(x, mean, scale, shift, residual, block, y);
  }
}

template <class T>
[[gnu::always_inline]] inline void input_grad(const T* __restrict g, const T* __restrict x,
                                              const T* __restrict mean, const T* __restrict scale,
                                              const T* __restrict offset, const T* __restrict slope,
                                              RowBlock block, T* __restrict dx) {
  for (int64_t row = 0; row < block.rows; ++row) {
    const T* __restrict gs = g + row * block.stride;
    const T* __restrict xs = x + row * block.stride;
    T* __restrict out = dx + row * block.stride;
    for (int64_t c = 0; c < block.channels; ++c)
      out[c] = scale[c] * (gs[c] - offset[c] - (xs[c] - mean[c]) * slope[c]);
  }
}

}  // namespace

template <>
void block_moments<kSimd>(const float* x, RowBlock block, double* mean, double* m2) {
  moments(x, block, mean, m2);
}
template <>
void block_moments<kSimd>(const double* x, RowBlock block, double* mean, double* m2) {
  moments(x, block, mean, m2);
}

template <>
void block_grad_sums<kSimd>(const float* g, const float* x, const float* mean, RowBlock block,
                            double* sum_g, double* sum_gx) {
  grad_sums(g, x, mean, block, sum_g, sum_gx);
}
template <>
void block_grad_sums<kSimd>(const double* g, const double* x, const double* mean, RowBlock block,
                            double* sum_g, double* sum_gx) {
  grad_sums(g, x, mean, block, sum_g, sum_gx);
}

template <>
void block_apply<kSimd>(const float* x, const float* mean, const float* scale, const float* shift,
                        const float* residual, Activation activation, RowBlock block, float* y) {
  apply(x, mean, scale, shift, residual, activation, block, y);
}
template <>
void block_apply<kSimd>(const double* x, const double* mean, const double* scale,
                        const double* shift, const double* residual, Activation activation,
                        RowBlock block, double* y) {
  apply(x, mean, scale, shift, residual, activation, block, y);
}

template <>
void block_input_grad<kSimd>(const float* g, const float* x, const float* mean, const float* scale,
                             const float* offset, const float* slope, RowBlock block, float* dx) {
  input_grad(g, x, mean, scale, offset, slope, block, dx);
}
template <>
void block_input_grad<kSimd>(const double* g, const double* x, const double* mean,
                             const double* scale, const double* offset, const double* slope,
                             RowBlock block, double* dx) {
  input_grad(g, x, mean, scale, offset, slope, block, dx);
}

}  // namespace graft::cpu
