#include "graft/models/squeezenet.h"

#include "graft/core/ops/shape_ops.h"
#include "graft/layers/conv_norm.h"
#include "graft/layers/dropout.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

using layers::Conv2d;

// A 1x1 "squeeze" to few channels, then 1x1 and 3x3 convolutions side by side.
class Fire final : public layers::Module {
 public:
  Fire(int64_t inputs, int64_t squeezed, int64_t expanded)
      : squeeze_(register_module("squeeze", std::make_unique<Conv2d>(inputs, squeezed, 1))),
        expand1x1_(register_module("expand1x1", std::make_unique<Conv2d>(squeezed, expanded, 1))),
        expand3x3_(register_module(
            "expand3x3",
            std::make_unique<Conv2d>(squeezed, expanded, 3, layers::Conv2dOptions{.padding = 1}))) {
  }

  Tensor forward(const Tensor& x) override {
    const Tensor s = conv_act(squeeze_, Activation::Relu, x);
    return cat(
        {conv_act(expand1x1_, Activation::Relu, s), conv_act(expand3x3_, Activation::Relu, s)}, 3);
  }

 private:
  Conv2d &squeeze_, &expand1x1_, &expand3x3_;
};

class SqueezeNet final : public layers::Network {
 public:
  SqueezeNet(int64_t classifier_padding, int64_t classes) {
    auto& features = register_module("features", std::make_unique<layers::Sequential>());
    auto& stem = features.add<Conv2d>(3, 64, 3, layers::Conv2dOptions{.stride = 2});
    features.add<layers::Relu>();  // runs with the stem; keeps torchvision's numbering
    add_stage("features.0", {&stem},
              [&stem](const Tensor& x) { return conv_act(stem, Activation::Relu, x); });
    add_pool(features);
    add_fire(features, 64, 16, 64);
    add_fire(features, 128, 16, 64);
    add_pool(features);
    add_fire(features, 128, 32, 128);
    add_fire(features, 256, 32, 128);
    add_pool(features);
    add_fire(features, 256, 48, 192);
    add_fire(features, 384, 48, 192);
    add_fire(features, 384, 64, 256);
    add_fire(features, 512, 64, 256);

    auto& classifier = register_module("classifier", std::make_unique<layers::Sequential>());
    begin_head({"classifier.1"}, classes);
    auto& dropout = classifier.add<layers::Dropout>(0.5);
    auto& conv = classifier.add<Conv2d>(512, classes, 1,
                                        layers::Conv2dOptions{.padding = classifier_padding});
    add_stage("classifier", {&dropout, &conv}, [this, &dropout, &conv](const Tensor& x) {
      return average_(conv_act(conv, Activation::Relu, dropout(x)));
    });
  }

 private:
  void add_pool(layers::Sequential& features) {
    add_stage("features." + std::to_string(features.size()),
              features.add<layers::MaxPool2d>(3, 2, 0, true));
  }
  void add_fire(layers::Sequential& features, int64_t inputs, int64_t squeezed, int64_t expanded) {
    add_stage("features." + std::to_string(features.size()),
              features.add<Fire>(inputs, squeezed, expanded));
  }

  layers::GlobalAvgPool2d average_;
};

}  // namespace

std::unique_ptr<layers::Network> make_squeezenet1_1(const ModelOptions& options) {
  Variant variant("squeezenet1_1", options.variant);
  const int64_t padding = variant.take_int("classifier_padding", 0);
  variant.finish();
  return std::make_unique<SqueezeNet>(padding, options.classes ? options.classes : 1000);
}

}  // namespace graft::models
