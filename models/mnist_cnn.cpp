#include "graft/models/mnist_cnn.h"

#include "graft/core/ops/unary.h"
#include "graft/layers/batch_norm.h"
#include "graft/layers/conv2d.h"
#include "graft/layers/linear.h"
#include "graft/layers/stateless.h"
#include "graft/models/variant.h"

namespace graft::models {
namespace {

class MnistCnn final : public layers::Network {
 public:
  explicit MnistCnn(int64_t classes) {
    preprocess = {.resize_short = 28,
                  .crop_height = 28,
                  .crop_width = 28,
                  .colour = ColourOrder::Grey,
                  .mean = {0.1307, 0.1307, 0.1307},
                  .std = {0.3081, 0.3081, 0.3081}};
    add_conv("conv1", 1, 8);
    add_conv("conv2", 8, 16);
    add_conv("conv3", 16, 24);
    add_stage("norm1", std::make_unique<layers::BatchNorm2d>(24));
    add_stage("flatten", std::make_unique<layers::Flatten>());
    auto& fc1 = register_module("fc1", std::make_unique<layers::Linear>(24 * 22 * 22, 32));
    add_stage("fc1", {&fc1}, [&fc1](const Tensor& x) { return relu(fc1(x)); });
    begin_head({"fc2", "norm2"}, classes);
    add_stage("fc2", std::make_unique<layers::Linear>(32, classes));
    add_stage("norm2", std::make_unique<layers::BatchNorm2d>(classes));
  }

 private:
  void add_conv(const std::string& name, int64_t inputs, int64_t outputs) {
    auto& conv = register_module(name, std::make_unique<layers::Conv2d>(inputs, outputs, 3));
    add_stage(name, {&conv},
              [&conv](const Tensor& x) { return conv.forward_activated(x, Activation::Relu); });
  }
};

}  // namespace

std::unique_ptr<layers::Network> make_mnist_cnn(const ModelOptions& options) {
  Variant("mnist_cnn", options.variant).finish();
  return std::make_unique<MnistCnn>(options.classes ? options.classes : 10);
}

}  // namespace graft::models
