// How the outputs of a correlation are cut into pieces of work. Borders depend on shapes alone.
#pragma once

#include <algorithm>

#include "graft/kernels/cpu/product/band.h"

namespace graft::cpu {

/// Rectangles of about `target` outputs: pieces of a row, or rows, or several whole images.
class Partition {
 public:
  Partition(const Correlation& c, int64_t target);

  int64_t count() const { return images_ * row_pieces_ * col_pieces_; }
  /// Largest extents of a rectangle, and how many (of as many images) make a piece.
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t together() const { return together_; }
  /// The first rectangle of a piece.
  Rectangle first(int64_t piece) const {
    const int64_t col = piece % col_pieces_ * width_;
    const int64_t row = piece / col_pieces_ % row_pieces_ * height_;
    return {piece / (col_pieces_ * row_pieces_) * together_, row, col,
            std::min(height_, out_h_ - row), std::min(width_, out_w_ - col)};
  }
  /// The rectangles of a piece, in order: the same part of each of its images.
  template <class Visit>
  void for_each(int64_t piece, const Visit& visit) const {
    Rectangle r = first(piece);
    for (const int64_t end = std::min(total_images_, r.image + together_); r.image < end; ++r.image)
      visit(r);
  }

 private:
  int64_t out_h_, out_w_, total_images_;
  int64_t height_, width_, together_ = 1;
  int64_t images_, row_pieces_, col_pieces_;
};

}  // namespace graft::cpu
