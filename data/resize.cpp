#include "graft/data/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "graft/core/error.h"
#include "graft/data/resize_passes.h"

namespace graft::data {
namespace {

struct Filter {
  double support;
  double (*value)(double x);
};

double triangle(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

/// Keys, "Cubic convolution interpolation", 1981, a = -1/2; written as Pillow writes it.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

Filter filter_of(ResizeFilter filter) {
  return filter == ResizeFilter::Bicubic ? Filter{2.0, cubic} : Filter{1.0, triangle};
}

/// Weights of the outputs [begin, begin + count) when `in` positions become `out`. The order of the
/// operations is Pillow's; with another, weights differ in the last bit.
ResampleTable make_table(int64_t in, int64_t out, int64_t begin, int64_t count, Filter filter) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter.support * filter_scale, inverse = 1.0 / filter_scale;
  const auto most = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  constexpr int64_t kGroup = ResampleTable::kTapGroup;
  ResampleTable table;
  table.stride = (most + kGroup - 1) / kGroup * kGroup;
  table.taps.resize(static_cast<size_t>(count));
  table.weights.resize(static_cast<size_t>(count * table.stride));
  std::vector<double> exact(static_cast<size_t>(most));
  for (int64_t i = 0; i < count; ++i) {
    const double centre = (static_cast<double>(begin + i) + 0.5) * scale;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(centre - support + 0.5));
    const auto last = std::min(in, static_cast<int64_t>(centre + support + 0.5));
    table.taps[static_cast<size_t>(i)] = {first, last - first};
    double total = 0.0;
    for (int64_t k = 0; k < last - first; ++k) {
      const double x = (static_cast<double>(k + first) - centre + 0.5) * inverse;
      total += exact[static_cast<size_t>(k)] = filter.value(x);
    }
    int32_t* weights = table.weights.data() + i * table.stride;
    for (int64_t k = 0; k < last - first; ++k) {
      double weight = exact[static_cast<size_t>(k)];
      if (total != 0.0) weight /= total;
      weights[k] = static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kWeightBits));
    }
  }
  table.cut_pairs();
  return table;
}

bool inside(const Box& box, int64_t height, int64_t width) {
  return box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0 &&
         box.top + box.height <= height && box.left + box.width <= width;
}

const ResizePasses& best_passes() {
  static const ResizePasses* avx2 = avx2_resize_passes();
  return avx2 != nullptr ? *avx2 : portable_resize_passes();
}

/// Copies part of a picture.
Image copy_box(const Image& image, const Box& box) {
  Image out(box.height, box.width, image.channels());
  for (int64_t y = 0; y < box.height; ++y)
    std::memcpy(out.row(y), image.row(box.top + y) + box.left * image.channels(),
                static_cast<size_t>(out.row_bytes()));
  return out;
}

/// Rows [top, top + height) of the picture, columns from `left` on, through the table.
Image resample_rows(const Image& image, int64_t top, int64_t height, int64_t left,
                    const ResampleTable& table) {
  Image out(height, table.size(), image.channels());
  best_passes().horizontal(image.row(top) + left * image.channels(), image.row_bytes(),
                           image.data() + image.bytes(), out.data(), height, table,
                           image.channels());
  return out;
}

Image resample_columns(const Image& image, const ResampleTable& table) {
  Image out(table.size(), image.width(), image.channels());
  for (int64_t y = 0; y < table.size(); ++y)
    best_passes().vertical(image.data(), out.row(y), out.row_bytes(), table, y);
  return out;
}

}  // namespace

Image resize_window(const Image& image, const Box& source, const Size2d& size, const Box& window,
                    ResizeFilter filter) {
  check(inside(source, image.height(), image.width()), ErrorKind::Argument, "resize: source ",
        source.height, " x ", source.width, " at (", source.top, ", ", source.left,
        ") is empty or outside of the picture of ", image.height(), " x ", image.width());
  check(inside(window, size.height, size.width), ErrorKind::Argument, "resize: window ",
        window.height, " x ", window.width, " at (", window.top, ", ", window.left,
        ") is empty or outside of the result of ", size.height, " x ", size.width);
  const bool rows = size.width != source.width, columns = size.height != source.height;
  if (!rows && !columns)
    return copy_box(
        image, {source.top + window.top, source.left + window.left, window.height, window.width});
  const Filter kernel = filter_of(filter);
  if (!columns)
    return resample_rows(image, source.top + window.top, window.height, source.left,
                         make_table(source.width, size.width, window.left, window.width, kernel));
  ResampleTable down = make_table(source.height, size.height, window.top, window.height, kernel);
  // Only the rows that some output row reads.
  const int64_t first = down.taps.front().first;
  const int64_t height = down.taps.back().first + down.taps.back().count - first;
  for (ResampleTable::Taps& taps : down.taps) taps.first -= first;
  const Image narrow =
      rows ? resample_rows(image, source.top + first, height, source.left,
                           make_table(source.width, size.width, window.left, window.width, kernel))
           : copy_box(image, {source.top + first, source.left + window.left, height, window.width});
  return resample_columns(narrow, down);
}

Image resize(const Image& image, int64_t height, int64_t width, ResizeFilter filter) {
  return resize_window(image, {0, 0, image.height(), image.width()}, {height, width},
                       {0, 0, height, width}, filter);
}

Size2d short_side_size(const Image& image, int64_t short_side) {
  const int64_t h = image.height(), w = image.width();
  check(h > 0 && w > 0 && short_side > 0, ErrorKind::Argument, "resize: picture of ", h, " x ", w,
        " to a short side of ", short_side);
  return w <= h ? Size2d{short_side * h / w, short_side} : Size2d{short_side, short_side * w / h};
}

Image resize_short_side(const Image& image, int64_t short_side, ResizeFilter filter) {
  const Size2d size = short_side_size(image, short_side);
  return resize(image, size.height, size.width, filter);
}

}  // namespace graft::data
