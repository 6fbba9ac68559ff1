// Windows of pictures.
#include <array>

#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

constexpr auto kBilinear = ResizeFilter::Bilinear, kBicubic = ResizeFilter::Bicubic;

ResizeWindowsParams to(const Size2d& size, const Size2d& largest, ResizeFilter filter = kBilinear) {
  return {size, largest, filter};
}
Indices bytes() { return {0, 256, DType::U8}; }
// Each of {first pixel, pixels to the next row, height, width, mirrored}.
Listed windows(std::initializer_list<std::array<int64_t, 5>> list) {
  Listed all{1, {}};
  for (const auto& window : list)
    all.numbers.insert(all.numbers.end(), window.begin(), window.end());
  return all;
}

}  // namespace

OpCases window_cases() {
  return {
      // Smaller and larger than the result, of its size, mirrored, at both ends of the pixels.
      {"resize_windows", Shapes{{120, 3}, {6, 5}, {256, 3}}, to({5, 4}, {11, 10}), bytes(),
       windows({{0, 10, 11, 10, 0},
                {3, 10, 5, 4, 0},
                {3, 10, 5, 4, 1},
                {118, 1, 1, 2, 1},
                {0, 10, 11, 3, 1},
                {7, 12, 2, 9, 0}})},
      {"resize_windows", Shapes{{120, 3}, {4, 5}, {256, 3}}, to({3, 7}, {10, 12}, kBicubic),
       bytes(),
       windows({{0, 12, 10, 12, 0}, {0, 12, 3, 7, 1}, {25, 12, 2, 3, 1}, {1, 7, 9, 5, 0}})},
      {"resize_windows", Shapes{{30, 1}, {2, 5}, {256, 1}}, to({1, 1}, {6, 6}), bytes(),
       windows({{0, 6, 5, 6, 1}, {29, 0, 1, 1, 0}})},
      {"resize_windows", Shapes{{9, 2}, {0, 5}, {256, 2}}, to({3, 3}, {3, 3}), bytes(),
       windows({{0, 3, 3, 3, 0}})},
      {"resize_windows", Shapes{{4000, 3}, {3, 5}, {256, 3}}, to({33, 65}, {40, 90}, kBicubic),
       bytes(), windows({{0, 100, 40, 90, 1}, {950, 50, 30, 45, 0}, {17, 100, 33, 65, 1}})},
      // Parts of photographs.
      {"resize_windows", Shapes{{8 * 375 * 500, 3}, {32, 5}, {256, 3}}, to({224, 224}, {375, 500}),
       bytes(),
       windows({{0, 500, 375, 500, 0}, {100000, 500, 180, 210, 1}, {500321, 500, 300, 171, 0}}),
       TimedOnly{}},
  };
}

}  // namespace graft::testing
