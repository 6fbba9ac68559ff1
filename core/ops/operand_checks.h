// Checks that many operations share.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Error(DType) naming `op` unless x is f32 or f64.
inline void check_floating(const char* op, const Tensor& x) {
  check(x.dtype() == DType::F32 || x.dtype() == DType::F64, ErrorKind::DType, op,
        ": needs f32 or f64, not ", x.dtype());
}

/// Error(DType) unless `index` is i64 [n], Error(Argument) naming the first entry outside of
/// 0..limit-1. Entries are read on the CPU only: a device would have to be waited for.
void check_index(const char* op, const char* name, const Tensor& index, int64_t limit);

}  // namespace graft
