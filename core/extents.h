// Arithmetic on extents that a caller chose: a result that does not fit is an error, never a wrap.
#pragma once

#include <cstdint>

#include "graft/core/error.h"

namespace graft {

/// a + b; Error(Limit) naming `op` if it does not fit into 64 bits.
inline int64_t add_extents(const char* op, int64_t a, int64_t b) {
  int64_t sum = 0;
  check(!__builtin_add_overflow(a, b, &sum), ErrorKind::Limit, op, ": extent overflows: ", a, " + ",
        b);
  return sum;
}

/// a b; Error(Limit) naming `op` if it does not fit into 64 bits.
inline int64_t multiply_extents(const char* op, int64_t a, int64_t b) {
  int64_t product = 0;
  check(!__builtin_mul_overflow(a, b, &product), ErrorKind::Limit, op, ": extent overflows: ", a,
        " x ", b);
  return product;
}

}  // namespace graft
