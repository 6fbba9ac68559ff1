// Convolution and batch normalisation: the loops of the one after those of the other.
#include "op_reference/reference.h"

namespace graft::testing {
namespace {

Array conv_norm_loop(const Arrays& x, const OpParams& params) {
  const auto& [conv, norm] = std::get<ConvNormParams>(params);
  const Array y = find_reference("conv2d")->run({x[0], x[1]}, ConvParams{conv});
  return find_reference("batch_norm_train")->run({y, x[2], x[3], x[4]}, norm);
}

// Those of both sums.
int64_t conv_norm_terms(const std::vector<Shape>& x, const Shape& y, const OpParams&) {
  return x[1][1] * x[1][2] * x[1][3] + y.numel() / std::max<int64_t>(1, y.at(-1));
}

}  // namespace

std::vector<Reference> conv_norm_references() {
  return {{"conv2d_batch_norm_train", conv_norm_loop, conv_norm_terms, Rounding::OfOperands}};
}

}  // namespace graft::testing
