// What is done to a result before it is stored, and once it is.
#pragma once

#include "graft/core/op_params.h"

namespace graft::cpu {

template <class T>
class Moments;

/// act(result + bias + residual)
template <class T>
struct Epilogue {
  const T* bias = nullptr;      ///< one element for each channel of the result
  const T* residual = nullptr;  ///< laid out like the result
  Activation activation = Activation::None;
  Moments<T>* moments = nullptr;  ///< takes each piece of the result, which then is dense
  bool continued = false;         ///< the sums go on from what the result holds
};

}  // namespace graft::cpu
