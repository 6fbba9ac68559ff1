// From a run-time kind of elementwise function to its functor.
#pragma once

#include "graft/core/elementwise.h"
#include "graft/kernels/functors.h"

namespace graft {

/// Calls body(F()) for the functor F of `kind`.
template <class Body>
void with_unary(UnaryKind kind, const Body& body) {
  switch (kind) {
#define UNARY(name, functor, keeps) \
  case UnaryKind::functor:          \
    return body(functor());
#include "graft/core/ops/unary.def"
#undef UNARY
  }
}

template <class Body>
void with_binary(BinaryKind kind, const Body& body) {
  switch (kind) {
#define BINARY(name, functor) \
  case BinaryKind::functor:   \
    return body(functor());
#include "graft/core/ops/binary.def"
#undef BINARY
  }
}

}  // namespace graft
