// Modules one after the other, named "0", "1", ... as in torch.nn.Sequential.
#pragma once

#include <utility>

#include "graft/layers/module.h"

namespace graft::layers {

class Sequential final : public Module {
 public:
  /// Appends a module and returns it: `auto& conv = net.add<Conv2d>(3, 64, 3);`
  template <class M, class... Args>
  M& add(Args&&... args) {
    return register_module(std::to_string(size()),
                           std::make_unique<M>(std::forward<Args>(args)...));
  }
  /// One after the other, with the same result in less time: a dense or convolution layer and the
  /// activation behind it run as one, and a training step takes the maxima of a pooling before it
  /// applies the activation.
  Tensor forward(const Tensor& x) override;
  size_t size() const { return children().size(); }
  Module& operator[](size_t index) { return *children().at(index).module; }
};

}  // namespace graft::layers
