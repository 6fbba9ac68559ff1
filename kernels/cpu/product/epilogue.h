// What is done to a result before it is stored.
#pragma once

#include "graft/core/op_params.h"

namespace graft::cpu {

/// act(result + bias + residual)
template <class T>
struct Epilogue {
  const T* bias = nullptr;      ///< one element for each channel of the result
  const T* residual = nullptr;  ///< laid out like the result
  Activation activation = Activation::None;
};

}  // namespace graft::cpu
