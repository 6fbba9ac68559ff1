// A plain array of doubles: what the reference loops read and write.
#pragma once

#include <vector>

#include "graft/core/shape.h"

namespace graft::testing {

/// Row-major. A default-constructed Array stands for an operand that is left out.
struct Array {
  Array() = default;
  explicit Array(const Shape& extents, double value = 0)
      : shape(extents), values(static_cast<size_t>(extents.numel()), value), present(true) {}

  /// Element at the indices; exactly one per axis.
  template <class... Index>
  double& operator()(Index... index) {
    return values[flat({static_cast<int64_t>(index)...})];
  }
  template <class... Index>
  double operator()(Index... index) const {
    return values[flat({static_cast<int64_t>(index)...})];
  }
  size_t flat(std::initializer_list<int64_t> index) const {
    int64_t position = 0;
    int axis = 0;
    for (const int64_t i : index) position = position * shape[axis++] + i;
    return static_cast<size_t>(position);
  }
  int64_t dim(int axis) const { return shape.at(axis); }
  size_t size() const { return values.size(); }

  Shape shape;
  std::vector<double> values;
  bool present = false;
};

using Arrays = std::vector<Array>;

/// Calls f(index) for every index of `shape` in row-major order.
template <class Function>
void for_each_index(const Shape& shape, const Function& f) {
  if (shape.numel() == 0) return;
  Shape index = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) index[axis] = 0;
  for (;;) {
    f(index);
    int axis = shape.rank() - 1;
    for (; axis >= 0 && ++index[axis] == shape[axis]; --axis) index[axis] = 0;
    if (axis < 0) return;
  }
}

/// Position of `index` in a row-major array of `shape`, which may be broadcast: an index along an
/// axis of extent 1 counts as 0, and leading axes that `shape` lacks are ignored.
inline size_t position_in(const Shape& shape, const Shape& index) {
  const int lead = index.rank() - shape.rank();
  int64_t position = 0;
  for (int axis = 0; axis < shape.rank(); ++axis)
    position = position * shape[axis] + (shape[axis] == 1 ? 0 : index[axis + lead]);
  return static_cast<size_t>(position);
}

}  // namespace graft::testing
