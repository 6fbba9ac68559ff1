#include "graft/data/resize.h"

#include <algorithm>
#include <cstring>

#include "graft/core/ceil_div.h"
#include "graft/core/error.h"
#include "graft/data/resize_passes.h"

namespace graft::data {
namespace {

// For the outputs [begin, begin + count), reading positions that are `offset` further on.
ResampleTable make_table(const ResampleAxis& axis, int64_t begin, int64_t count, int64_t offset) {
  constexpr int64_t kGroup = ResampleTable::kTapGroup;
  ResampleTable table;
  table.stride = ceil_div(axis.most_taps(), kGroup) * kGroup;
  table.taps.resize(static_cast<size_t>(count));
  table.weights.resize(static_cast<size_t>(count * table.stride));
  for (int64_t i = 0; i < count; ++i) {
    const auto [first, taps] = axis.taps(begin + i);
    table.taps[static_cast<size_t>(i)] = {first + offset, taps};
    axis.weigh(begin + i, table.weights.data() + i * table.stride);
  }
  return table;
}

// Copies part of a picture.
Image copy_box(const Image& image, const Box& box) {
  Image out = Image::unfilled(box.height, box.width, image.channels());
  for (int64_t y = 0; y < box.height; ++y)
    std::memcpy(out.row(y), image.row(box.top + y) + box.left * image.channels(),
                static_cast<size_t>(out.row_bytes()));
  return out;
}

// Rows [top, top + height) of the picture through the table.
Image resample_rows(const Image& image, int64_t top, int64_t height, const ResampleTable& table) {
  Image out = Image::unfilled(height, table.size(), image.channels());
  best_resize_passes().horizontal(image.row(top), image.row_bytes(), image.data() + image.bytes(),
                                  out.data(), height, table, image.channels());
  return out;
}

Image resample_columns(const Image& image, const ResampleTable& table) {
  Image out = Image::unfilled(table.size(), image.width(), image.channels());
  best_resize_passes().vertical(image.data(), out.data(), out.row_bytes(), table);
  return out;
}

// resize_window() from pixels that hold resize_support(); `source` as seen from the first of them.
Image window_of_pixels(const Image& image, const Box& source, const Size2d& size, const Box& window,
                       ResizeFilter filter) {
  const bool rows = size.width != source.width, columns = size.height != source.height;
  const Box read = resize_support(source, size, window, filter);
  if (!rows && !columns) return copy_box(image, read);
  const auto narrow = [&] {
    if (!rows) return copy_box(image, read);
    const ResampleAxis axis(source.width, size.width, filter);
    return resample_rows(image, read.top, read.height,
                         make_table(axis, window.left, window.width, source.left));
  };
  if (!columns) return narrow();
  const ResampleAxis axis(source.height, size.height, filter);
  return resample_columns(narrow(),
                          make_table(axis, window.top, window.height, source.top - read.top));
}

void check_boxes(const Size2d& picture, const Box& source, const Size2d& size, const Box& window) {
  check(source.is_part_of(picture), ErrorKind::Argument, "resize: source ", source.height, " x ",
        source.width, " at (", source.top, ", ", source.left,
        ") is empty or outside of the picture of ", picture.height, " x ", picture.width);
  check(window.is_part_of(size), ErrorKind::Argument, "resize: window ", window.height, " x ",
        window.width, " at (", window.top, ", ", window.left,
        ") is empty or outside of the result of ", size.height, " x ", size.width);
}

}  // namespace

Box resize_support(const Box& source, const Size2d& size, const Box& window, ResizeFilter filter) {
  struct Span {
    int64_t begin, length;
  };
  const auto read = [&](int64_t in, int64_t out, int64_t begin, int64_t count) -> Span {
    if (in == out) return {begin, count};
    const ResampleAxis axis(in, out, filter);
    const ResampleAxis::Taps last = axis.taps(begin + count - 1);
    const int64_t first = axis.taps(begin).first;
    return {first, last.first + last.count - first};
  };
  const Span rows = read(source.height, size.height, window.top, window.height);
  const Span columns = read(source.width, size.width, window.left, window.width);
  return {source.top + rows.begin, source.left + columns.begin, rows.length, columns.length};
}

Image resize_window(const Image& image, const Box& source, const Size2d& size, const Box& window,
                    ResizeFilter filter) {
  check_boxes(image.size(), source, size, window);
  return window_of_pixels(image, source, size, window, filter);
}

Image resize_window(const PicturePart& picture, const Box& source, const Size2d& size,
                    const Box& window, ResizeFilter filter) {
  check_boxes(picture.whole, source, size, window);
  const Box read = resize_support(source, size, window, filter);
  check(picture.holds(read), ErrorKind::Argument, "resize: reads ", read.height, " x ", read.width,
        " at (", read.top, ", ", read.left, "), of the picture there are ", picture.pixels.height(),
        " x ", picture.pixels.width(), " at (", picture.top, ", ", picture.left, ")");
  const Box seen{source.top - picture.top, source.left - picture.left, source.height, source.width};
  return window_of_pixels(picture.pixels, seen, size, window, filter);
}

Image resize(const Image& image, int64_t height, int64_t width, ResizeFilter filter) {
  return resize_window(image, {0, 0, image.height(), image.width()}, {height, width},
                       {0, 0, height, width}, filter);
}

Size2d short_side_size(const Size2d& picture, int64_t short_side) {
  const auto [h, w] = picture;
  check(h > 0 && w > 0 && short_side > 0, ErrorKind::Argument, "resize: picture of ", h, " x ", w,
        " to a short side of ", short_side);
  return w <= h ? Size2d{short_side * h / w, short_side} : Size2d{short_side, short_side * w / h};
}

Image resize_short_side(const Image& image, int64_t short_side, ResizeFilter filter) {
  const Size2d size = short_side_size(image.size(), short_side);
  return resize(image, size.height, size.width, filter);
}

}  // namespace graft::data
