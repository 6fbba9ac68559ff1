// A band: the part of an image that the windows of a rectangle of outputs read, with its zeros
// around, copied so that every window row is one run of memory.
#pragma once

#include <vector>

#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

/// Outputs rows row..row+height-1, columns col..col+width-1 of one image.
struct Rectangle {
  int64_t image = 0, row = 0, col = 0, height = 0, width = 0;
};

/// Where the windows of a rectangle of a given size find their input.
struct BandLayout {
  bool in_place = false;                  ///< no copy: windows lie within x
  int64_t rows = 0, cols = 0, pixel = 0;  ///< extents of a band, elements from pixel to pixel
  int64_t step_h = 1, step_w = 1;         ///< band pixels from output to output
  std::vector<int64_t> offsets;           ///< of the runs, from the first element of a window
  std::vector<int64_t> source_offsets;    ///< the same in x
  int64_t run = 0;

  int64_t size() const { return in_place ? 0 : rows * cols * pixel; }
};

/// For rectangles of at most height x width. `element` is the size of one. Windows that are read
/// side by side are copied as well where their places in the caches would be the same; `copied`:
/// all are, because the elements of a band are not those of x.
BandLayout band_layout(const Correlation& c, int64_t height, int64_t width, int64_t element,
                       bool side_by_side, bool copied = false);

/// Elements from row to row and from output to output for windows of `layout`.
ImageStrides window_strides(const Correlation& c, const BandLayout& layout);

/// Where in x the window of the rectangle's first output begins, in group `group`: perhaps before
/// the image.
int64_t source_of(const Correlation& c, const Rectangle& of, int64_t group);

/// The first element of the window of the rectangle's first output; `band` is filled where the
/// layout needs it, from group `group`. Its elements may be pairs of those of x (bf16_panel.h), and
/// the layout then is that of pairs.
template <class T, class Element>
const Element* window_origin(const Correlation& c, const BandLayout& layout, const Rectangle& of,
                             int64_t group, const T* x, Element* band);

}  // namespace graft::cpu
