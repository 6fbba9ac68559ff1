// Checks that many operations share.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Error(DType) naming `op` unless x is f32 or f64.
inline void check_floating(const char* op, const Tensor& x) {
  check(x.dtype() == DType::F32 || x.dtype() == DType::F64, ErrorKind::DType, op,
        ": needs f32 or f64, not ", x.dtype());
}

/// Error(DType) naming `op` unless both are f32 or both are f64.
void check_same_floating(const char* op, const Tensor& a, const Tensor& b);

/// Error(Shape) naming `op` unless `bias` is undefined or [Cout] of the dtype of `weight`
/// [Cout,...].
void check_bias(const char* op, const Tensor& bias, const Tensor& weight);

/// Error(DType) unless `index` is i64 [n], Error(Argument) naming the first entry outside of
/// 0..limit-1. Entries are read on the CPU only: a device would have to be waited for.
void check_index(const char* op, const char* name, const Tensor& index, int64_t limit);

}  // namespace graft
