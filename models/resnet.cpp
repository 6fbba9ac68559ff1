#include "graft/models/resnet.h"

#include "graft/layers/conv_norm.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

using layers::Conv2dOptions;
using layers::ConvNorm;
using layers::Module;

Conv2dOptions window(int64_t kernel, int64_t stride) {
  return {.stride = stride, .padding = kernel / 2};
}

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
    for (size_t i = 0; i + 1 < units_.size(); ++i) y = units_[i]->forward(y, Activation::Relu);
    return units_.back()->forward(y, Activation::Relu, shortcut);
  }

 private:
  void add_unit(int64_t inputs, int64_t outputs, int64_t kernel, int64_t stride) {
    const std::string number = std::to_string(units_.size() + 1);
    units_.push_back(std::make_unique<ConvNorm>(*this, "conv" + number, "bn" + number, inputs,
                                                outputs, kernel, window(kernel, stride)));
  }

  std::vector<std::unique_ptr<ConvNorm>> units_;
  Module* downsample_ = nullptr;
};

class ResNet final : public layers::Network {
 public:
  ResNet(ResidualBlock block, std::array<int, 4> depths, int64_t classes) {
    add_stage("conv1", stem_.modules(),
              [this](const Tensor& x) { return stem_.forward(x, Activation::Relu); });
    add_stage("maxpool", std::make_unique<layers::MaxPool2d>(3, 2, 1));
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
    add_stage("avgpool", std::make_unique<layers::GlobalAvgPool2d>());
    begin_head({"fc"}, classes);
    add_stage("fc", std::make_unique<layers::Linear>(channels, classes));
  }

 private:
  ConvNorm stem_{*this, "conv1", "bn1", 3, 64, 7, window(7, 2)};
};

}  // namespace

std::unique_ptr<layers::Network> make_resnet(ResidualBlock block, std::array<int, 4> depths,
                                             const ModelOptions& options) {
  Variant("resnet", options.variant).finish();
  return std::make_unique<ResNet>(block, depths, options.classes ? options.classes : 1000);
}

}  // namespace graft::models
