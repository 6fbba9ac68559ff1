#include "graft/kernels/cpu/product/band.h"

#include <algorithm>
#include <type_traits>

#include "graft/kernels/cpu/product/bf16_panel.h"

namespace graft::cpu {
namespace {

// A page: rows of A at a multiple of it share the sets of an L1 cache and throw one another out.
constexpr int64_t kAlias = 4096;

// Band pixels along one axis: a window of one pixel skips what lies between outputs.
int64_t band_step(const std::vector<int64_t>& window, int64_t stride) {
  return window.size() == 1 ? 1 : stride;
}

template <class T>
void copy_values(const T* from, int64_t count, T* to) {
  std::copy_n(from, count, to);
}
void copy_values(const float* from, int64_t count, Bf16Pair* to) {
  with_bf16_simd(
      [&]<SimdLevel kLevel, bool kNative>() { round_to_pairs<kLevel, kNative>(from, count, to); });
}

// Copies input row `iy` (zeros if outside) from column `ix` on, every `step`-th pixel.
template <class T, class Element>
void copy_row(const Correlation& c, const T* image, int64_t iy, int64_t ix, int64_t step,
              int64_t cols, int64_t pixel, Element* to) {
  if (iy < 0 || iy >= c.in_h) {
    std::fill_n(to, cols * pixel, Element{});
    return;
  }
  const auto first_at = [&](int64_t x) { return x <= ix ? 0 : (x - ix + step - 1) / step; };
  const int64_t begin = std::min(first_at(0), cols);
  const int64_t end = std::clamp(first_at(c.in_w), begin, cols);
  std::fill_n(to, begin * pixel, Element{});
  std::fill(to + end * pixel, to + cols * pixel, Element{});
  const T* from = image + iy * c.in.row + (ix + begin * step) * c.in.pixel;
  to += begin * pixel;
  constexpr int64_t held = kHeld<Element>;
  if (step == 1 && pixel * held == c.in.pixel && c.channels % held == 0) {
    if (end > begin) copy_values(from, (end - begin - 1) * c.in.pixel + c.channels, to);
    return;
  }
  for (int64_t q = begin; q < end; ++q, from += step * c.in.pixel, to += pixel)
    copy_values(from, c.channels, to);
}

// Fills `band` for the rectangle, from group `group`.
template <class T, class Element>
void fill_band(const Correlation& c, const BandLayout& layout, const Rectangle& of, int64_t group,
               const T* x, Element* band) {
  const T* const image = x + of.image * c.in.image + group * c.channels;
  const int64_t iy = of.row * c.stride_h + c.rows.front();
  const int64_t ix = of.col * c.stride_w + c.cols.front();
  const int64_t row_step = c.stride_h / layout.step_h, col_step = c.stride_w / layout.step_w;
  const int64_t rows = (of.height - 1) * layout.step_h + c.rows.back() - c.rows.front() + 1;
  for (int64_t b = 0; b < rows; ++b)
    copy_row(c, image, iy + b * row_step, ix, col_step, layout.cols, layout.pixel,
             band + b * layout.cols * layout.pixel);
}

}  // namespace

bool Correlation::inside() const {
  return rows.front() >= 0 && (out_h - 1) * stride_h + rows.back() < in_h && cols.front() >= 0 &&
         (out_w - 1) * stride_w + cols.back() < in_w;
}

Correlation collapsed(const Correlation& c) {
  const bool pointwise = c.rows.size() == 1 && c.cols.size() == 1 && c.rows[0] == 0 &&
                         c.cols[0] == 0 && c.stride_h == 1 && c.stride_w == 1 &&
                         c.in_h == c.out_h && c.in_w == c.out_w;
  const auto dense = [&](const ImageStrides& s) {
    return (s.row == s.pixel * c.in_w || c.in_h == 1) &&
           (s.image == s.pixel * c.in_w * c.in_h || c.images == 1);
  };
  if (!pointwise || !dense(c.in) || !dense(c.out)) return c;
  Correlation one = c;
  one.images = one.in_h = one.out_h = 1;
  one.in_w = one.out_w = c.outputs();
  return one;
}

BandLayout band_layout(const Correlation& c, int64_t height, int64_t width, int64_t element,
                       bool side_by_side, bool copied) {
  BandLayout layout;
  const bool alias = side_by_side && c.in.pixel * c.stride_w * element % kAlias == 0 && width > 1;
  layout.in_place = c.inside() && !alias && !copied;
  int64_t row = c.in.row, pixel = c.in.pixel;
  if (!layout.in_place) {
    layout.step_h = band_step(c.rows, c.stride_h);
    layout.step_w = band_step(c.cols, c.stride_w);
    layout.rows = (height - 1) * layout.step_h + c.rows.back() - c.rows.front() + 1;
    layout.cols = (width - 1) * layout.step_w + c.cols.back() - c.cols.front() + 1;
    pixel = c.channels;
    if (pixel * layout.step_w * element % kAlias == 0) pixel += 64 / element;
    row = layout.cols * pixel;
  }
  layout.pixel = pixel;
  const bool merge = pixel == c.channels && consecutive(c.cols);
  layout.run = merge ? c.channels * static_cast<int64_t>(c.cols.size()) : c.channels;
  for (const int64_t i : c.rows)
    for (const int64_t j : c.cols) {
      const int64_t down = i - c.rows.front(), right = j - c.cols.front();
      layout.offsets.push_back(down * row + right * pixel);
      layout.source_offsets.push_back(down * c.in.row + right * c.in.pixel);
      if (merge) break;
    }
  return layout;
}

ImageStrides window_strides(const Correlation& c, const BandLayout& layout) {
  if (layout.in_place) return {0, c.stride_h * c.in.row, c.stride_w * c.in.pixel};
  return {0, layout.step_h * layout.cols * layout.pixel, layout.step_w * layout.pixel};
}

int64_t source_of(const Correlation& c, const Rectangle& of, int64_t group) {
  return of.image * c.in.image + group * c.channels +
         (of.row * c.stride_h + c.rows.front()) * c.in.row +
         (of.col * c.stride_w + c.cols.front()) * c.in.pixel;
}

template <class T, class Element>
const Element* window_origin(const Correlation& c, const BandLayout& layout, const Rectangle& of,
                             int64_t group, const T* x, Element* band) {
  if constexpr (std::is_same_v<T, Element>)
    if (layout.in_place) return x + source_of(c, of, group);
  fill_band(c, layout, of, group, x, band);
  return band;
}

template const float* window_origin(const Correlation&, const BandLayout&, const Rectangle&,
                                    int64_t, const float*, float*);
template const double* window_origin(const Correlation&, const BandLayout&, const Rectangle&,
                                     int64_t, const double*, double*);
template const Bf16Pair* window_origin(const Correlation&, const BandLayout&, const Rectangle&,
                                       int64_t, const float*, Bf16Pair*);

}  // namespace graft::cpu
