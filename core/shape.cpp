#include "graft/core/shape.h"

#include <algorithm>
#include <ostream>

#include "graft/core/error.h"

namespace graft {

Shape::Shape(std::span<const int64_t> dims) {
  check(dims.size() <= kMaxRank, ErrorKind::Shape, "shape: rank ", dims.size(), " exceeds ",
        kMaxRank);
  for (const int64_t extent : dims) push_back(extent);
}

int64_t Shape::at(int axis) const { return (*this)[normalize_axis("shape", axis, rank_)]; }

void Shape::push_back(int64_t extent) {
  check(rank_ < kMaxRank, ErrorKind::Shape, "shape: rank exceeds ", kMaxRank);
  dims_[rank_++] = extent;
}

int64_t Shape::numel() const {
  // Zeros are left out of the product, so that strides cannot overflow either.
  int64_t product = 1;
  bool empty = false;
  for (const int64_t extent : *this) {
    check(extent >= 0, ErrorKind::Shape, "shape: negative extent: ", *this);
    empty |= extent == 0;
    check(extent == 0 || !__builtin_mul_overflow(product, extent, &product), ErrorKind::Limit,
          "shape: element count overflows: ", *this);
  }
  return empty ? 0 : product;
}

Shape Shape::contiguous_strides() const {
  Shape strides = *this;
  int64_t step = 1;
  for (int axis = rank_ - 1; axis >= 0; --axis) {
    strides[axis] = step;
    step *= (*this)[axis];
  }
  return strides;
}

bool operator==(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (int axis = 0; axis < shape.rank(); ++axis) out << (axis ? ", " : "") << shape[axis];
  return out << ']';
}

int normalize_axis(const char* op, int axis, int rank) {
  check(axis >= -rank && axis < rank, ErrorKind::Shape, op, ": no axis ", axis, " in rank ", rank);
  return axis < 0 ? axis + rank : axis;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out;
  for (int axis = 0; axis < rank; ++axis) {
    const int ia = axis - (rank - a.rank()), ib = axis - (rank - b.rank());
    const int64_t ea = ia >= 0 ? a[ia] : 1, eb = ib >= 0 ? b[ib] : 1;
    check(ea == eb || ea == 1 || eb == 1, ErrorKind::Shape, op, ": shapes do not broadcast: ", a,
          " and ", b);
    out.push_back(ea == 1 ? eb : ea);
  }
  return out;
}

}  // namespace graft
