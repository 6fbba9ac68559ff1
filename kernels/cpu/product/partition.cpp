#include "graft/kernels/cpu/product/partition.h"

#include "graft/core/ceil_div.h"

namespace graft::cpu {
namespace {

// Input elements of the images of one piece, at most, if there are several: they share a cache.
constexpr int64_t kMaxTogether = 1 << 18;

}  // namespace

Partition::Partition(const Correlation& c, int64_t target)
    : out_h_(c.out_h), out_w_(c.out_w), total_images_(c.images) {
  width_ = out_w_ <= 2 * target ? out_w_ : target;
  col_pieces_ = width_ > 0 ? ceil_div(out_w_, width_) : 0;
  height_ = width_ > 0 ? std::clamp<int64_t>(target / width_, 1, std::max<int64_t>(out_h_, 1)) : 1;
  row_pieces_ = ceil_div(out_h_, height_);
  if (row_pieces_ > 0) {  // as even as it goes
    height_ = ceil_div(out_h_, row_pieces_);
    row_pieces_ = ceil_div(out_h_, height_);
  }
  if (row_pieces_ == 1 && col_pieces_ == 1) {
    const int64_t input = std::max<int64_t>(1, c.in_h * c.in_w * c.channels);
    const int64_t wanted = std::min(target / (out_h_ * out_w_), kMaxTogether / input);
    together_ = std::max<int64_t>(1, wanted);
  }
  images_ = ceil_div(total_images_, together_);
}

}  // namespace graft::cpu
