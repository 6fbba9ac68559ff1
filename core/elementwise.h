// The closed families of elementwise functions. Adding a unary function is one line in
// core/ops/unary.def and one functor in kernels/functors.h.
#pragma once

#include <cstdint>

namespace graft {

enum class UnaryKind : uint8_t {
#define UNARY(name, functor, keeps) functor,
#include "graft/core/ops/unary.def"
#undef UNARY
};

enum class BinaryKind : uint8_t {
#define BINARY(name, functor) functor,
#include "graft/core/ops/binary.def"
#undef BINARY
};

}  // namespace graft
