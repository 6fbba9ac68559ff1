#include "graft/models/cifar_resnet.h"

#include "graft/core/ops/shape_ops.h"
#include "graft/layers/conv_norm.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

using layers::Conv2dOptions;
using layers::ConvNorm;

Conv2dOptions window(int64_t stride) { return {.stride = stride, .padding = 1}; }

class Block final : public layers::Module {
 public:
  Block(int64_t inputs, int64_t outputs, int64_t stride)
      : stride_(stride),
        new_channels_(outputs - inputs),
        first_(*this, "conv1", "bn1", inputs, outputs, 3, window(stride)),
        second_(*this, "conv2", "bn2", outputs, outputs, 3, window(1)) {}

  Tensor forward(const Tensor& x) override {
    const Tensor y = first_.forward(x, Activation::Relu);
    return second_.forward(y, Activation::Relu, shortcut(x));
  }

 private:
  Tensor shortcut(const Tensor& x) const {
    if (stride_ == 1 && new_channels_ == 0) return x;
    const Tensor thinned = slice(slice(x, 1, 0, x.dim(1), stride_), 2, 0, x.dim(2), stride_);
    const int64_t half = new_channels_ / 2;
    return pad(thinned, {0, 0, 0, half}, {0, 0, 0, new_channels_ - half});
  }

  int64_t stride_, new_channels_;
  ConvNorm first_, second_;
};

class CifarResNet final : public layers::Network {
 public:
  CifarResNet(int blocks, int64_t classes) {
    preprocess = {.resize_short = 32, .crop_height = 32, .crop_width = 32};
    add_stage("conv1", stem_.modules(),
              [this](const Tensor& x) { return stem_.forward(x, Activation::Relu); });
    int64_t channels = 16;
    for (int i = 0; i < 3; ++i) {
      const int64_t width = int64_t{16} << i;
      const std::string name = "layer" + std::to_string(i + 1);
      auto& layer = register_module(name, std::make_unique<layers::Sequential>());
      for (int j = 0; j < blocks; ++j) {
        add_stage(name + '.' + std::to_string(j),
                  layer.add<Block>(channels, width, i > 0 && j == 0 ? 2 : 1));
        channels = width;
      }
    }
    add_stage("avgpool", std::make_unique<layers::GlobalAvgPool2d>());
    begin_head({"linear"}, classes);
    add_stage("linear", std::make_unique<layers::Linear>(channels, classes));
  }

 private:
  ConvNorm stem_{*this, "conv1", "bn1", 3, 16, 3, window(1)};
};

}  // namespace

std::unique_ptr<layers::Network> make_cifar_resnet(int depth, const ModelOptions& options) {
  Variant("cifar_resnet", options.variant).finish();
  check(depth >= 8 && (depth - 2) % 6 == 0, ErrorKind::Argument, "cifar_resnet: depth ", depth,
        " is not 6n + 2");
  return std::make_unique<CifarResNet>((depth - 2) / 6, options.classes ? options.classes : 10);
}

}  // namespace graft::models
