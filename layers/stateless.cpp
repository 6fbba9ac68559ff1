#include "graft/layers/stateless.h"

#include "graft/core/ops/pool2d.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/unary.h"

namespace graft::layers {

Tensor Relu::forward(const Tensor& x) { return relu(x); }
Tensor Relu6::forward(const Tensor& x) { return relu6(x); }
Tensor MaxPool2d::forward(const Tensor& x) { return max_pool2d(x, params_); }
Tensor GlobalAvgPool2d::forward(const Tensor& x) { return global_avg_pool2d(x); }

Tensor Flatten::forward(const Tensor& x) {
  return flatten(x.rank() == 4 ? permute(x, {0, 3, 1, 2}) : x, 1);
}

}  // namespace graft::layers
