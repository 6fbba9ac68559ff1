#include "graft/models/cifar_resnet.h"

#include "graft/core/ops/shape_ops.h"
#include "graft/layers/conv_norm.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

using layers::BatchNorm2d;
using layers::Conv2d;
using layers::ConvNorm;

std::unique_ptr<Conv2d> conv3x3(int64_t inputs, int64_t outputs, int64_t stride) {
  auto conv = std::make_unique<Conv2d>(
      inputs, outputs, 3, layers::Conv2dOptions{.stride = stride, .padding = 1, .bias = false});
  conv->use_kaiming();
  return conv;
}

class Block final : public layers::Module {
 public:
  Block(int64_t inputs, int64_t outputs, int64_t stride)
      : stride_(stride),
        new_channels_(outputs - inputs),
        conv1_(register_module("conv1", conv3x3(inputs, outputs, stride))),
        norm1_(register_module("bn1", std::make_unique<BatchNorm2d>(outputs))),
        conv2_(register_module("conv2", conv3x3(outputs, outputs, 1))),
        norm2_(register_module("bn2", std::make_unique<BatchNorm2d>(outputs))) {}

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
  Conv2d& conv1_;
  BatchNorm2d& norm1_;
  Conv2d& conv2_;
  BatchNorm2d& norm2_;
  ConvNorm first_{conv1_, norm1_}, second_{conv2_, norm2_};
};

class CifarResNet final : public layers::Network {
 public:
  CifarResNet(int blocks, int64_t classes)
      : conv1_(register_module("conv1", conv3x3(3, 16, 1))),
        norm1_(register_module("bn1", std::make_unique<BatchNorm2d>(16))) {
    preprocess = {.resize_short = 32, .crop_height = 32, .crop_width = 32};
    add_stage("conv1", {&conv1_, &norm1_},
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
    add_stage("avgpool", average_);
    begin_head({"linear"}, classes);
    add_stage("linear",
              register_module("linear", std::make_unique<layers::Linear>(channels, classes)));
  }

 private:
  Conv2d& conv1_;
  BatchNorm2d& norm1_;
  ConvNorm stem_{conv1_, norm1_};
  layers::GlobalAvgPool2d average_;
};

}  // namespace

std::unique_ptr<layers::Network> make_cifar_resnet(int depth, const ModelOptions& options) {
  Variant("cifar_resnet", options.variant).finish();
  check(depth >= 8 && (depth - 2) % 6 == 0, ErrorKind::Argument, "cifar_resnet: depth ", depth,
        " is not 6n + 2");
  return std::make_unique<CifarResNet>((depth - 2) / 6, options.classes ? options.classes : 10);
}

}  // namespace graft::models
