// From a run-time kind to the functor that computes it: body(Functor()).
#pragma once

#include "graft/core/elementwise.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {

template <class Body>
void with_functor(UnaryKind kind, const Body& body) {
  switch (kind) {
#define UNARY(name, functor, keeps) \
  case UnaryKind::functor:          \
    return body(functor());
#include "graft/core/ops/unary.def"
#undef UNARY
  }
}

template <class Body>
void with_functor(BinaryKind kind, const Body& body) {
  switch (kind) {
#define BINARY(name, functor) \
  case BinaryKind::functor:   \
    return body(functor());
#include "graft/core/ops/binary.def"
#undef BINARY
  }
}

}  // namespace graft::cpu
