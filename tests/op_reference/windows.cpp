// Windows of pictures, resized in Pillow's fixed point.
#include <algorithm>
#include <cmath>

#include "op_reference/reference.h"

namespace graft::testing {
namespace {

constexpr double kOne = 1 << 22;  // a weight of 1

double filter_at(double x, ResizeFilter filter) {
  x = std::abs(x);
  if (filter == ResizeFilter::Bilinear) return std::max(0.0, 1 - x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

// `line` of bytes as `out` bytes.
std::vector<double> resized(const std::vector<double>& line, int64_t out, ResizeFilter filter) {
  const auto in = static_cast<int64_t>(line.size());
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double width = std::max(scale, 1.0);
  const double support = width * (filter == ResizeFilter::Bicubic ? 2 : 1);
  std::vector<double> result;
  for (int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto begin = std::max<int64_t>(0, static_cast<int64_t>(centre - support + 0.5));
    const auto end = std::min(in, static_cast<int64_t>(centre + support + 0.5));
    double total = 0, sum = 0;
    for (int64_t k = begin; k < end; ++k)
      total += filter_at((static_cast<double>(k) + 0.5 - centre) / width, filter);
    for (int64_t k = begin; k < end; ++k) {
      const double weight = filter_at((static_cast<double>(k) + 0.5 - centre) / width, filter);
      sum += std::round(weight / total * kOne) * line[static_cast<size_t>(k)];
    }
    result.push_back(std::clamp(std::floor(sum / kOne + 0.5), 0.0, 255.0));
  }
  return result;
}

// One channel of a window, as a list of rows.
using Plane = std::vector<std::vector<double>>;

Plane transposed(const Plane& plane) {
  Plane columns(plane[0].size());
  for (const auto& row : plane)
    for (size_t x = 0; x < row.size(); ++x) columns[x].push_back(row[x]);
  return columns;
}

Plane resized_rows(Plane plane, int64_t out, ResizeFilter filter) {
  for (auto& row : plane) row = resized(row, out, filter);
  return plane;
}

Array resize_windows_loop(const Arrays& x, const OpParams& params) {
  const Array &pixels = x[0], &windows = x[1], &values = x[2];
  const auto& p = std::get<ResizeWindowsParams>(params);
  Array y({windows.dim(0), p.size.height, p.size.width, pixels.dim(1)});
  for (int64_t i = 0; i < windows.dim(0); ++i)
    for (int64_t c = 0; c < pixels.dim(1); ++c) {
      const auto number = [&](int64_t k) { return static_cast<int64_t>(windows(i, k)); };
      Plane plane(static_cast<size_t>(number(2)));
      for (size_t row = 0; row < plane.size(); ++row)
        for (int64_t column = 0; column < number(3); ++column)
          plane[row].push_back(
              pixels(number(0) + static_cast<int64_t>(row) * number(1) + column, c));
      plane = resized_rows(plane, p.size.width, p.filter);
      plane = transposed(resized_rows(transposed(plane), p.size.height, p.filter));
      for (int64_t h = 0; h < p.size.height; ++h)
        for (int64_t w = 0; w < p.size.width; ++w) {
          const int64_t from = number(4) == 1 ? p.size.width - 1 - w : w;
          const double byte = plane[static_cast<size_t>(h)][static_cast<size_t>(from)];
          y(i, h, w, c) = values(static_cast<int64_t>(byte), c);
        }
    }
  return y;
}

}  // namespace

std::vector<Reference> window_references() { return {{"resize_windows", resize_windows_loop}}; }

}  // namespace graft::testing
