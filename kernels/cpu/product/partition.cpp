#include "graft/kernels/cpu/product/partition.h"

namespace graft::cpu {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

Partition::Partition(const Correlation& c, int64_t target)
    : out_h_(c.out_h), out_w_(c.out_w), total_images_(c.images) {
  width_ = out_w_ <= 2 * target ? out_w_ : target;
  col_pieces_ = width_ > 0 ? ceil_div(out_w_, width_) : 0;
  height_ = width_ > 0 ? std::clamp<int64_t>(target / width_, 1, std::max<int64_t>(out_h_, 1)) : 1;
  row_pieces_ = ceil_div(out_h_, height_);
  if (row_pieces_ > 0) height_ = ceil_div(out_h_, row_pieces_);  // as even as it goes
  if (row_pieces_ > 0) row_pieces_ = ceil_div(out_h_, height_);
  if (row_pieces_ == 1 && col_pieces_ == 1)
    together_ = std::max<int64_t>(1, target / (out_h_ * out_w_));
  images_ = ceil_div(total_images_, together_);
}

}  // namespace graft::cpu
