// Reductions.
#include <algorithm>
#include <limits>

#include "op_reference/reference.h"

namespace graft::testing {
namespace {

// x's shape with the reduced axes set to 1; no axes means all.
Shape kept_shape(const Shape& shape, const std::vector<int>& axes) {
  Shape kept = shape;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (axes.empty()) kept[axis] = 1;
  for (const int axis : axes) kept[normalize_axis("reference", axis, shape.rank())] = 1;
  return kept;
}

Shape result_shape(const Shape& shape, const AxesParams& p) {
  const Shape kept = kept_shape(shape, p.axes);
  if (p.keep_axes) return kept;
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool named = std::any_of(p.axes.begin(), p.axes.end(), [&](int named_axis) {
      return normalize_axis("reference", named_axis, shape.rank()) == axis;
    });
    if (!p.axes.empty() && !named) result.push_back(shape[axis]);
  }
  return result;
}

template <class Combine>
Array reduce_into(const Array& x, const Shape& kept, double start, const Combine& combine) {
  Array y(kept, start);
  size_t i = 0;
  for_each_index(x.shape, [&](const Shape& at) {
    double& into = y.values[position_in(kept, at)];
    into = combine(into, x.values[i++]);
  });
  return y;
}

double plus(double a, double b) { return a + b; }

Array sum_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<AxesParams>(params);
  Array y = reduce_into(x[0], kept_shape(x[0].shape, p.axes), 0, plus);
  y.shape = result_shape(x[0].shape, p);
  return y;
}

Array mean_loop(const Arrays& x, const OpParams& params) {
  Array y = sum_loop(x, params);
  const double count = static_cast<double>(x[0].size()) / static_cast<double>(y.size());
  for (double& value : y.values) value /= count;
  return y;
}

Array max_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<AxesParams>(params);
  Array y =
      reduce_into(x[0], kept_shape(x[0].shape, p.axes), -std::numeric_limits<double>::infinity(),
                  [](double a, double b) { return std::max(a, b); });
  y.shape = result_shape(x[0].shape, p);
  return y;
}

Array argmax_loop(const Arrays& x, const OpParams&) {
  Shape shape;
  for (int axis = 0; axis + 1 < x[0].shape.rank(); ++axis) shape.push_back(x[0].shape[axis]);
  Array y(shape);
  const auto width = static_cast<size_t>(x[0].dim(-1));
  for (size_t row = 0; row < y.size(); ++row) {
    const auto first = x[0].values.begin() + static_cast<std::ptrdiff_t>(row * width);
    y.values[row] = static_cast<double>(
        std::max_element(first, first + static_cast<std::ptrdiff_t>(width)) - first);
  }
  return y;
}

Array sum_to_loop(const Arrays& x, const OpParams& params) {
  Array y(std::get<ShapeParams>(params).shape);
  size_t i = 0;
  for_each_index(x[0].shape,
                 [&](const Shape& at) { y.values[position_in(y.shape, at)] += x[0].values[i++]; });
  return y;
}

Array broadcast_to_loop(const Arrays& x, const OpParams& params) {
  Array y(std::get<ShapeParams>(params).shape);
  size_t i = 0;
  for_each_index(
      y.shape, [&](const Shape& at) { y.values[i++] = x[0].values[position_in(x[0].shape, at)]; });
  return y;
}

}  // namespace

std::vector<Reference> reduce_references() {
  return {
      {"sum", sum_loop, reduced_terms, Rounding::OfTerms},
      {"mean", mean_loop, reduced_terms, Rounding::OfTerms},
      {"max", max_loop, reduced_terms},
      {"argmax", argmax_loop, reduced_terms},
      {"sum_to", sum_to_loop, reduced_terms, Rounding::OfTerms},
      {"broadcast_to", broadcast_to_loop},
  };
}

}  // namespace graft::testing
