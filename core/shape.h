// Extents of a tensor, held inline. Also used for strides (in elements).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>

namespace graft {

inline constexpr int kMaxRank = 8;

/// At most kMaxRank extents; a scalar has rank 0. A class of its own, not an alias of a standard
/// container, so that argument-dependent lookup finds its operator<<.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : Shape(std::span(dims.begin(), dims.size())) {}
  explicit Shape(std::span<const int64_t> dims);

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  int64_t& operator[](int axis) { return dims_[static_cast<size_t>(axis)]; }
  /// Extent of `axis`, where -1 is the last; Error(Shape) if there is no such axis.
  int64_t at(int axis) const;
  const int64_t* data() const { return dims_.data(); }
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }

  void push_back(int64_t extent);
  /// Product of the extents; 1 for a scalar.
  int64_t numel() const;
  /// Row-major strides of a contiguous tensor of this shape.
  Shape contiguous_strides() const;

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<int64_t, kMaxRank> dims_{};
  uint8_t rank_ = 0;
};

/// Prints "[2, 3, 4]".
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// `axis` counted from the front; Error(Shape) naming `op` unless -rank <= axis < rank.
int normalize_axis(const char* op, int axis, int rank);

/// The shape both broadcast to by NumPy's rule; Error(Shape) naming `op` if there is none.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

}  // namespace graft
