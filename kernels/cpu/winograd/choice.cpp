#include "graft/kernels/cpu/winograd/choice.h"

#include "graft/core/numerics.h"
#include "graft/kernels/cpu/winograd/tiles.h"

namespace graft::cpu::winograd {
namespace {

bool three_neighbours(const std::vector<int64_t>& window) {
  return window.size() == kTap && window[1] == window[0] + 1 && window[2] == window[1] + 1;
}

}  // namespace

bool applies(const Correlation& c, Precision direct) {
  if (numerics().exact || c.groups != 1 || c.stride_h != 1 || c.stride_w != 1 ||
      !three_neighbours(c.rows) || !three_neighbours(c.cols))
    return false;
  // In multiply-adds of the products: transforming a channel of a tile, a vector at a time, and an
  // element of the filter, shared by a batch of about 8 images. Measured on Zen 5 with AVX-512.
  constexpr int64_t kTileTransform = 300, kFilterTransform = 40, kVector = 16;
  const int64_t products = c.channels * c.columns;
  const int64_t vectors = ceil_div(c.channels, kVector) + ceil_div(c.columns, kVector);
  const int64_t at_once = direct == Precision::BF16 ? 2 : 1;  // multiply-adds of a lane
  const int64_t tiles = ceil_div(c.out_h, kOut) * ceil_div(c.out_w, kOut);
  return tiles * (kPlanes * products + kTileTransform * kVector * vectors) +
             kFilterTransform * products <
         c.out_h * c.out_w * kTaps * products / at_once;
}

}  // namespace graft::cpu::winograd
