// Checks that many operations share.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Whether kernels of the device compute in the type: f32 and f64 anywhere, bf16 and f16 on GPUs.
inline bool computes_in(Device device, DType dtype) {
  if (dtype == DType::F32 || dtype == DType::F64) return true;
  return is_floating(dtype) && device.type != DeviceType::Cpu;
}

/// Error(DType) naming `op` unless the device computes in the type of x.
inline void check_floating(const char* op, const Tensor& x) {
  check(computes_in(x.device(), x.dtype()), ErrorKind::DType, op, ": needs f32 or f64, not ",
        x.dtype());
}

/// The dtype of the statistics and parameters [C] that a normaliser takes and keeps beside x.
inline DType statistics_type(const Tensor& x) {
  return size_of(x.dtype()) < size_of(DType::F32) ? DType::F32 : x.dtype();
}

/// Error(DType) naming `op` unless both are of one type that the device computes in.
void check_same_floating(const char* op, const Tensor& a, const Tensor& b);

/// Error(Shape) naming `op` unless `bias` is undefined or [Cout] of the dtype of `weight`
/// [Cout,...].
void check_bias(const char* op, const Tensor& bias, const Tensor& weight);

/// Error(DType) unless `index` is i64 [n], Error(Argument) naming the first entry outside of
/// 0..limit-1. Entries are read on the CPU only: a device would have to be waited for.
void check_index(const char* op, const char* name, const Tensor& index, int64_t limit);

}  // namespace graft
