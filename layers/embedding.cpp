#include "graft/layers/embedding.h"

#include "graft/core/ops/rows.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/layers/init.h"

namespace graft::layers {

Embedding::Embedding(int64_t rows, int64_t width) {
  weight_ = Tensor::zeros({rows, width});
  register_parameter("weight", weight_);
}

Tensor Embedding::forward(const Tensor& numbers) {
  std::vector<int64_t> shape(numbers.shape().begin(), numbers.shape().end());
  shape.push_back(weight_.dim(1));
  return reshape(gather_rows(weight_, reshape(numbers, {numbers.numel()})), Shape(shape));
}

void Embedding::reset_parameters(const RandomKey& key) { normal_(weight_, 1, key); }

}  // namespace graft::layers
