#include "graft/layers/sequential.h"

namespace graft::layers {

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const Child& child : children()) y = child.module->forward(y);
  return y;
}

}  // namespace graft::layers
