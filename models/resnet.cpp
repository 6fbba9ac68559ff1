#include "graft/models/resnet.h"

#include "graft/layers/conv_norm.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

using layers::BatchNorm2d;
using layers::Conv2d;
using layers::Conv2dOptions;
using layers::ConvNorm;
using layers::Module;

Conv2dOptions window(int64_t kernel, int64_t stride) {
  return {.stride = stride, .padding = kernel / 2, .bias = false};
}

// One convolution with its normalisation, registered in the block as conv<i> and bn<i>.
struct Unit {
  Conv2d& conv;
  BatchNorm2d& norm;
  ConvNorm pair;

  Unit(Conv2d& c, BatchNorm2d& n) : conv(c), norm(n), pair(c, n) { conv.use_kaiming(); }
};

class Block final : public Module {
 public:
  static constexpr int64_t expansion(ResidualBlock kind) {
    return kind == ResidualBlock::Bottleneck ? 4 : 1;
  }

  Block(ResidualBlock kind, int64_t inputs, int64_t width, int64_t stride) {
    const int64_t outputs = width * expansion(kind);
    if (kind == ResidualBlock::Basic) {
      add_unit(inputs, width, 3, stride);
      add_unit(width, width, 3, 1);
    } else {
      add_unit(inputs, width, 1, 1);
      add_unit(width, width, 3, stride);
      add_unit(width, outputs, 1, 1);
    }
    if (stride != 1 || inputs != outputs)
      downsample_ = &register_module(
          "downsample", std::make_unique<layers::ConvNormAct>(inputs, outputs, 1, window(1, stride),
                                                              Activation::None));
  }

  Tensor forward(const Tensor& x) override {
    const Tensor shortcut = downsample_ ? downsample_->forward(x) : x;
    Tensor y = x;
    for (size_t i = 0; i + 1 < units_.size(); ++i) y = units_[i]->pair.forward(y, Activation::Relu);
    return units_.back()->pair.forward(y, Activation::Relu, shortcut);
  }

 private:
  void add_unit(int64_t inputs, int64_t outputs, int64_t kernel, int64_t stride) {
    const std::string number = std::to_string(units_.size() + 1);
    auto& conv = register_module(
        "conv" + number, std::make_unique<Conv2d>(inputs, outputs, kernel, window(kernel, stride)));
    auto& norm = register_module("bn" + number, std::make_unique<BatchNorm2d>(outputs));
    units_.push_back(std::make_unique<Unit>(conv, norm));
  }

  std::vector<std::unique_ptr<Unit>> units_;
  Module* downsample_ = nullptr;
};

class ResNet final : public layers::Network {
 public:
  ResNet(ResidualBlock block, std::array<int, 4> depths, int64_t classes)
      : stem_(register_module(
                  "conv1", std::make_unique<Conv2d>(
                               3, 64, 7, Conv2dOptions{.stride = 2, .padding = 3, .bias = false})),
              register_module("bn1", std::make_unique<BatchNorm2d>(64))) {
    add_stage("conv1", {&stem_.conv, &stem_.norm},
              [this](const Tensor& x) { return stem_.pair.forward(x, Activation::Relu); });
    add_stage("maxpool", pool_);
    int64_t channels = 64;
    for (size_t i = 0; i < depths.size(); ++i) {
      const int64_t width = int64_t{64} << i;
      const std::string name = "layer" + std::to_string(i + 1);
      auto& layer = register_module(name, std::make_unique<layers::Sequential>());
      for (int j = 0; j < depths[i]; ++j) {
        auto& unit = layer.add<Block>(block, channels, width, i > 0 && j == 0 ? 2 : 1);
        add_stage(name + '.' + std::to_string(j), unit);
        channels = width * Block::expansion(block);
      }
    }
    add_stage("avgpool", average_);
    begin_head({"fc"}, classes);
    add_stage("fc", register_module("fc", std::make_unique<layers::Linear>(channels, classes)));
  }

 private:
  Unit stem_;
  layers::MaxPool2d pool_{3, 2, 1};
  layers::GlobalAvgPool2d average_;
};

}  // namespace

std::unique_ptr<layers::Network> make_resnet(ResidualBlock block, std::array<int, 4> depths,
                                             const ModelOptions& options) {
  Variant("resnet", options.variant).finish();
  return std::make_unique<ResNet>(block, depths, options.classes ? options.classes : 1000);
}

}  // namespace graft::models
