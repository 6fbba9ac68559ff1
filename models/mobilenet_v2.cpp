#include "graft/models/mobilenet_v2.h"

#include <array>

#include "graft/core/ops/binary.h"
#include "graft/layers/conv_norm.h"
#include "graft/layers/dropout.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

using layers::Conv2dOptions;
using layers::ConvNormAct;
using layers::PaddingMode;

Conv2dOptions window(int64_t kernel, int64_t stride, int64_t groups, PaddingMode padding) {
  return {.stride = stride, .padding = kernel / 2, .groups = groups, .padding_mode = padding};
}

// Expand (1x1), depthwise (3x3), project (1x1, linear); the input is added where shapes allow.
class InvertedResidual final : public layers::Module {
 public:
  InvertedResidual(int64_t inputs, int64_t outputs, int64_t stride, int64_t expansion,
                   PaddingMode padding)
      : adds_input_(stride == 1 && inputs == outputs),
        steps_(register_module("conv", std::make_unique<layers::Sequential>())) {
    const int64_t hidden = inputs * expansion;
    if (expansion != 1)
      expand_ =
          &steps_.add<ConvNormAct>(inputs, hidden, 1, window(1, 1, 1, padding), Activation::Relu6);
    depthwise_ = &steps_.add<ConvNormAct>(hidden, hidden, 3, window(3, stride, hidden, padding),
                                          Activation::Relu6);
    const size_t next = steps_.size();
    project_ =
        std::make_unique<layers::ConvNorm>(steps_, std::to_string(next), std::to_string(next + 1),
                                           hidden, outputs, 1, window(1, 1, 1, padding));
  }

  Tensor forward(const Tensor& x) override {
    const Tensor residual = adds_input_ ? x : Tensor();
    const auto depthwise = depthwise_->pair().folded_for(x), project = project_->folded_for(x);
    const auto expand = expand_ ? expand_->pair().folded_for(x) : std::make_shared<FoldedConv>();
    if (expand && depthwise && project)
      return inverted_residual_fused(x, *expand, *depthwise,
                                     depthwise_->pair().params_for(x.shape()), *project, residual,
                                     Activation::Relu6);
    const Tensor hidden = (*depthwise_)(expand_ ? (*expand_)(x) : x);
    return project_->forward(hidden, Activation::None, residual);
  }

 private:
  bool adds_input_;
  layers::Sequential& steps_;
  ConvNormAct* expand_ = nullptr;
  ConvNormAct* depthwise_ = nullptr;
  std::unique_ptr<layers::ConvNorm> project_;
};

struct Group {
  int64_t expansion, channels, blocks, stride;
};
constexpr std::array<Group, 7> kGroups{{{1, 16, 1, 1},
                                        {6, 24, 2, 2},
                                        {6, 32, 3, 2},
                                        {6, 64, 4, 2},
                                        {6, 96, 3, 1},
                                        {6, 160, 3, 2},
                                        {6, 320, 1, 1}}};

class MobileNetV2 final : public layers::Network {
 public:
  MobileNetV2(PaddingMode padding, int64_t classes) {
    auto& features = register_module("features", std::make_unique<layers::Sequential>());
    const auto add = [&]<class M>(M& module) {
      add_stage("features." + std::to_string(features.size() - 1), module);
    };
    add(features.add<ConvNormAct>(3, 32, 3, window(3, 2, 1, padding), Activation::Relu6));
    int64_t channels = 32;
    for (const Group& group : kGroups) {
      for (int64_t i = 0; i < group.blocks; ++i) {
        add(features.add<InvertedResidual>(channels, group.channels, i == 0 ? group.stride : 1,
                                           group.expansion, padding));
        channels = group.channels;
      }
    }
    add(features.add<ConvNormAct>(channels, 1280, 1, window(1, 1, 1, padding), Activation::Relu6));
    add_stage("avgpool", std::make_unique<layers::GlobalAvgPool2d>());
    auto& classifier = register_module("classifier", std::make_unique<layers::Sequential>());
    begin_head({"classifier.1"}, classes);
    classifier.add<layers::Dropout>(0.2);
    classifier.add<layers::Linear>(1280, classes);
    add_stage("classifier", classifier);
  }
};

}  // namespace

std::unique_ptr<layers::Network> make_mobilenet_v2(const ModelOptions& options) {
  Variant variant("mobilenet_v2", options.variant);
  const std::string padding = variant.take("padding", "explicit");
  variant.finish();
  check(padding == "explicit" || padding == "same", ErrorKind::Argument,
        "mobilenet_v2: padding is explicit or same, not '", padding, "'");
  return std::make_unique<MobileNetV2>(
      padding == "same" ? PaddingMode::Same : PaddingMode::Explicit,
      options.classes ? options.classes : 1000);
}

}  // namespace graft::models
