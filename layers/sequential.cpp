#include "graft/layers/sequential.h"

namespace graft::layers {

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (Module* module : modules_) y = module->forward(y);
  return y;
}

}  // namespace graft::layers
