#include "graft/models/squeezenet.h"

#include "graft/core/ops/shape_ops.h"
#include "graft/layers/conv2d.h"
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
    const Tensor s = squeeze_.forward_activated(x, Activation::Relu);
    return cat({expand1x1_.forward_activated(s, Activation::Relu),
                expand3x3_.forward_activated(s, Activation::Relu)},
               3);
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
              [&stem](const Tensor& x) { return stem.forward_activated(x, Activation::Relu); });
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
    classifier.add<layers::Relu>();  // runs with the convolution
    auto& average = classifier.add<layers::GlobalAvgPool2d>();
    add_stage("classifier", {&classifier}, [&dropout, &conv, &average](const Tensor& x) {
      return average(conv.forward_activated(dropout(x), Activation::Relu));
    });
  }

 private:
  void add_pool(layers::Sequential& features) {
    const std::string name = "features." + std::to_string(features.size());
    add_stage(name, features.add<layers::MaxPool2d>(3, 2, 0, true));
  }
  void add_fire(layers::Sequential& features, int64_t inputs, int64_t squeezed, int64_t expanded) {
    const std::string name = "features." + std::to_string(features.size());
    add_stage(name, features.add<Fire>(inputs, squeezed, expanded));
  }
};

}  // namespace

std::unique_ptr<layers::Network> make_squeezenet1_1(const ModelOptions& options) {
  Variant variant("squeezenet1_1", options.variant);
  const int64_t padding = variant.take_int("classifier_padding", 0);
  variant.finish();
  return std::make_unique<SqueezeNet>(padding, options.classes ? options.classes : 1000);
}

}  // namespace graft::models
