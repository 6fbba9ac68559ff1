// What the kernels of batch norm share: x[...,C] as rows of channels, taken in packs where the rows
// allow it, and the arithmetic of one element.
#pragma once

#include <cmath>

#include "graft/core/op_params.h"
#include "graft/core/view.h"
#include "graft/kernels/cuda/device/activate.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/pack.h"

namespace graft::cuda {

struct ChannelRows {
  int64_t rows, channels;
};
inline ChannelRows channel_rows(const ConstView& x) {
  const int64_t channels = x.dim(x.rank() - 1);
  return {channels ? x.numel() / channels : 0, channels};
}

/// Calls body.operator()<kSize>() with the widest pack that divides a row and fits all addresses.
template <class T, class Body, class... Pointers>
void with_pack_size(int64_t channels, const Body& body, const Pointers*... pointers) {
  if (channels % kPackSize<T> == 0 && pack_aligned(pointers...))
    body.template operator()<kPackSize<T>>();
  else
    body.template operator()<1>();
}

/// Per channel, in what T is computed in: statistics and parameters. Null stands for absent.
template <class T>
struct ChannelVectors {
  const Compute<T>* mean = nullptr;  ///< absent: 0
  const Compute<T>* rstd = nullptr;
  const Compute<T>* scale = nullptr;
  const Compute<T>* shift = nullptr;  ///< absent: 0
};

/// (x - mean) scale + shift, rounded the same way wherever it is computed: backward recomputes what
/// forward compared with the activation's kink.
template <class T>
__device__ Compute<T> normalised(const ChannelVectors<T>& v, Compute<T> x, int64_t channel) {
  const Compute<T> centred = v.mean ? x - v.mean[channel] : x;
  const Compute<T> shift = v.shift ? v.shift[channel] : Compute<T>(0);
  return std::fma(centred, v.scale[channel], shift);
}

/// g act'(y), with y = normalised() before the activation.
template <class T>
__device__ Compute<T> before_activation(const ChannelVectors<T>& v, Compute<T> g, Compute<T> x,
                                        int64_t channel, Activation activation) {
  if (activation == Activation::None) return g;
  const Compute<T> y = normalised(v, x, channel);
  const bool flat = y <= Compute<T>(0) || (activation == Activation::Relu6 && y >= Compute<T>(6));
  return flat ? Compute<T>(0) : g;
}

}  // namespace graft::cuda
