// What a kernel sees of a tensor: a pointer, extents, strides and an element type, and of a
// constant operand where forms derived from it may be kept. No ownership.
#pragma once

#include <cstdint>

#include "graft/core/dtype.h"
#include "graft/core/shape.h"

namespace graft {

class KeptForms;

/// `Data` is void for operands that are written and const void for those only read. Strides count
/// elements and may be zero (broadcast). data == nullptr stands for an operand that is left out.
template <class Data>
struct BasicView {
  Data* data = nullptr;
  Shape shape;
  Shape strides;
  DType dtype = DType::F32;

  explicit operator bool() const { return data != nullptr; }
  int rank() const { return shape.rank(); }
  int64_t dim(int axis) const { return shape[axis]; }
  int64_t numel() const { return shape.numel(); }
  bool contiguous() const {
    int64_t step = 1;
    for (int axis = rank() - 1; axis >= 0; --axis) {
      if (shape[axis] != 1 && strides[axis] != step) return false;
      step *= shape[axis];
    }
    return true;
  }
};

struct View : BasicView<void> {
  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

struct ConstView : BasicView<const void> {
  KeptForms* kept = nullptr;  ///< where the forms of a constant operand are kept

  ConstView() = default;
  ConstView(const View& view) : BasicView{view.data, view.shape, view.strides, view.dtype} {}
  ConstView(const void* first, const Shape& extents, const Shape& steps, DType type,
            KeptForms* forms = nullptr)
      : BasicView{first, extents, steps, type}, kept(forms) {}
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data);
  }
};

}  // namespace graft
