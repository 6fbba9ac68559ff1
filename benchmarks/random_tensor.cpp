#include "graft/benchmarks/random_tensor.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/cast.h"
#include "graft/core/ops/rows.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/to_device.h"
#include "graft/core/random.h"

namespace graft::bench {

Tensor random_tensor(const Shape& shape, DType dtype, Device device) {
  const NoGrad no_grad;
  Tensor row = Tensor::empty({1, shape.numel() / shape[0]});
  RandomStream random({.seed = 6});
  for (int64_t i = 0; i < row.numel(); ++i) row.data<float>()[i] = random.uniform(0.1f, 1);
  const Tensor first = Tensor::zeros({shape[0]}, DType::I64, device);
  return reshape(gather_rows(cast(to_device(row, device), dtype), first), shape);
}

}  // namespace graft::bench
