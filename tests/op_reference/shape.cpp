// Geometry: elements move, none is computed.
#include <utility>

#include "op_reference/reference.h"

namespace graft::testing {
namespace {

Array reshape_loop(const Arrays& x, const OpParams& params) {
  Shape shape = std::get<ShapeParams>(params).shape;
  int64_t known = 1;
  for (const int64_t extent : shape) known *= extent == -1 ? 1 : extent;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] == -1) shape[axis] = x[0].shape.numel() / known;
  Array y(shape);
  y.values = x[0].values;
  return y;
}

Array flatten_loop(const Arrays& x, const OpParams& params) {
  const std::vector<int>& axes = std::get<AxesParams>(params).axes;
  const int rank = x[0].shape.rank();
  const int from = normalize_axis("reference", axes[0], rank);
  const int to = normalize_axis("reference", axes[1], rank);
  Shape shape;
  for (int axis = 0; axis < rank; ++axis)
    if (axis <= from || axis > to)
      shape.push_back(x[0].dim(axis));
    else
      shape[from] *= x[0].dim(axis);
  Array y(shape);
  y.values = x[0].values;
  return y;
}

Array permuted(const Arrays& x, const std::vector<int>& order) {
  Shape shape = x[0].shape;
  for (int axis = 0; axis < shape.rank(); ++axis)
    shape[axis] = x[0].dim(order[static_cast<size_t>(axis)]);
  Array y(shape);
  size_t i = 0;
  for_each_index(shape, [&](const Shape& at) {
    Shape source = at;
    for (int axis = 0; axis < shape.rank(); ++axis)
      source[normalize_axis("reference", order[static_cast<size_t>(axis)], shape.rank())] =
          at[axis];
    y.values[i++] = x[0].values[position_in(x[0].shape, source)];
  });
  return y;
}

Array permute_loop(const Arrays& x, const OpParams& params) {
  return permuted(x, std::get<AxesParams>(params).axes);
}

Array transpose_loop(const Arrays& x, const OpParams& params) {
  const std::vector<int>& axes = std::get<AxesParams>(params).axes;
  const int rank = x[0].shape.rank();
  std::vector<int> order;
  for (int axis = 0; axis < rank; ++axis) order.push_back(axis);
  std::swap(order[static_cast<size_t>(normalize_axis("reference", axes[0], rank))],
            order[static_cast<size_t>(normalize_axis("reference", axes[1], rank))]);
  return permuted(x, order);
}

Array slice_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<SliceParams>(params);
  const int axis = normalize_axis("reference", p.axis, x[0].shape.rank());
  Shape shape = x[0].shape;
  shape[axis] = 0;
  for (int64_t i = p.begin; i < p.end; i += p.step) ++shape[axis];
  Array y(shape);
  size_t i = 0;
  for_each_index(shape, [&](const Shape& at) {
    Shape source = at;
    source[axis] = p.begin + at[axis] * p.step;
    int64_t position = 0;
    for (int a = 0; a < source.rank(); ++a) position = position * x[0].shape[a] + source[a];
    y.values[i++] = x[0].values[static_cast<size_t>(position)];
  });
  return y;
}

Array same_loop(const Arrays& x, const OpParams&) { return x[0]; }

Array cat_loop(const Arrays& x, const OpParams& params) {
  const int axis =
      normalize_axis("reference", std::get<AxesParams>(params).axes.at(0), x[0].shape.rank());
  Shape shape = x[0].shape;
  shape[axis] = 0;
  for (const Array& part : x) shape[axis] += part.shape[axis];
  Array y(shape);
  int64_t begin = 0;
  for (const Array& part : x) {
    size_t i = 0;
    for_each_index(part.shape, [&](const Shape& at) {
      Shape target = at;
      target[axis] += begin;
      y.values[position_in(shape, target)] = part.values[i++];
    });
    begin += part.shape[axis];
  }
  return y;
}

Array pad_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<PadParams>(params);
  Shape shape = x[0].shape;
  for (int axis = 0; axis < shape.rank(); ++axis)
    shape[axis] += p.before[static_cast<size_t>(axis)] + p.after[static_cast<size_t>(axis)];
  Array y(shape, p.value);
  size_t i = 0;
  for_each_index(x[0].shape, [&](const Shape& at) {
    int64_t position = 0;
    for (int axis = 0; axis < shape.rank(); ++axis)
      position = position * shape[axis] + at[axis] + p.before[static_cast<size_t>(axis)];
    y.values[static_cast<size_t>(position)] = x[0].values[i++];
  });
  return y;
}

Array gather_rows_loop(const Arrays& x, const OpParams&) {
  const Array &table = x[0], &rows = x[1];
  Shape shape = table.shape;
  shape[0] = rows.dim(0);
  Array y(shape);
  const size_t width = table.dim(0) == 0 ? 0 : table.size() / static_cast<size_t>(table.dim(0));
  for (size_t i = 0; i < rows.size(); ++i)
    for (size_t j = 0; j < width; ++j)
      y.values[i * width + j] = table.values[static_cast<size_t>(rows.values[i]) * width + j];
  return y;
}

Array scatter_rows_loop(const Arrays& x, const OpParams& params) {
  const Array &source = x[0], &rows = x[1];
  Shape shape = source.shape;
  shape[0] = std::get<ShapeParams>(params).shape[0];
  Array y(shape);
  const size_t width = rows.size() == 0 ? 0 : source.size() / rows.size();
  for (size_t i = 0; i < rows.size(); ++i)
    for (size_t j = 0; j < width; ++j)
      y.values[static_cast<size_t>(rows.values[i]) * width + j] += source.values[i * width + j];
  return y;
}

int64_t scatter_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[1].numel();
}

}  // namespace

std::vector<Reference> shape_references() {
  return {
      {"reshape", reshape_loop},
      {"flatten", flatten_loop},
      {"permute", permute_loop},
      {"transpose", transpose_loop},
      {"slice", slice_loop},
      {"contiguous", same_loop},
      {"cat", cat_loop},
      {"pad", pad_loop},
      {"cast", same_loop},
      {"gather_rows", gather_rows_loop},
      {"scatter_rows", scatter_rows_loop, scatter_terms, Rounding::OfTerms},
  };
}

}  // namespace graft::testing
