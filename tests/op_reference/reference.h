// What each op computes, as plain loops over doubles: simple, obviously right, and independent of
// the kernels. One row per op.
#pragma once

#include <span>

#include "graft/core/op_table.h"
#include "op_reference/array.h"

namespace graft::testing {

/// What the rounding error of a result element is in proportion to.
enum class Rounding {
  OfResult,    ///< the largest result
  OfOperands,  ///< the largest operand or result: terms that may cancel
  OfTerms,     ///< the sum of the magnitudes of its terms: the loops, run on absolute values
};

struct Reference {
  std::string op;
  Array (*run)(const Arrays& operands, const OpParams& params);
  /// Terms that are summed into one result element: rounding errors grow with it, and a multiply
  /// and an add are counted for each where the op is a product. Null: one.
  int64_t (*terms)(const std::vector<Shape>& operands, const Shape& result,
                   const OpParams& params) = nullptr;
  Rounding rounding = Rounding::OfResult;
};

std::vector<Reference> elementwise_references();
std::vector<Reference> reduce_references();
std::vector<Reference> shape_references();
std::vector<Reference> product_references();
std::vector<Reference> pool2d_references();
std::vector<Reference> conv_norm_references();
std::vector<Reference> row_references();  // normalisation, softmax, losses, dropout
std::vector<Reference> window_references();

/// Null if the op has none.
const Reference* find_reference(std::string_view op);
/// What to tell whoever added the op without one.
std::string missing_reference(std::string_view op);

/// `f` for each element of the first operand.
template <class Function>
Array map_elements(const Array& x, const Function& f) {
  Array y(x.shape);
  for (size_t i = 0; i < x.size(); ++i) y.values[i] = f(x.values[i]);
  return y;
}

/// Terms of a reduction: elements read for each one written.
int64_t reduced_terms(const std::vector<Shape>& operands, const Shape& result, const OpParams&);

double activate(Activation activation, double x);

}  // namespace graft::testing
