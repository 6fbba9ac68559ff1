#include "support/tiny_network.h"

#include "graft/layers/conv_norm.h"
#include "graft/layers/dropout.h"
#include "graft/layers/linear.h"
#include "graft/layers/stateless.h"
#include "support/formula.h"

namespace graft::tests {
namespace {

using layers::BatchNorm2d;
using layers::Conv2d;

constexpr int64_t kSide = 12;

class TinyNetwork final : public layers::Network {
 public:
  TinyNetwork(int64_t classes, double dropout)
      : conv1_(register_module("conv1", conv(3, 4, 1))),
        norm1_(register_module("bn1", std::make_unique<BatchNorm2d>(4))),
        conv2_(register_module("conv2", conv(4, 6, 2))),
        norm2_(register_module("bn2", std::make_unique<BatchNorm2d>(6))) {
    preprocess = {.resize_short = kSide, .crop_height = kSide, .crop_width = kSide};
    add_stage("conv1", {&conv1_, &norm1_},
              [this](const Tensor& x) { return first_.forward(x, Activation::Relu); });
    add_stage("conv2", {&conv2_, &norm2_},
              [this](const Tensor& x) { return second_.forward(x, Activation::Relu); });
    add_stage("dropout", register_module("dropout", std::make_unique<layers::Dropout>(dropout)));
    add_stage("avgpool", average_);
    begin_head({"fc"}, classes);
    add_stage("fc", register_module("fc", std::make_unique<layers::Linear>(6, classes)));
  }

 private:
  static std::unique_ptr<Conv2d> conv(int64_t inputs, int64_t outputs, int64_t stride) {
    return std::make_unique<Conv2d>(
        inputs, outputs, 3, layers::Conv2dOptions{.stride = stride, .padding = 1, .bias = false});
  }

  Conv2d& conv1_;
  BatchNorm2d& norm1_;
  Conv2d& conv2_;
  BatchNorm2d& norm2_;
  layers::ConvNorm first_{conv1_, norm1_}, second_{conv2_, norm2_};
  layers::GlobalAvgPool2d average_;
};

}  // namespace

std::unique_ptr<layers::Network> tiny_network(int64_t classes, uint64_t seed, double dropout) {
  auto network = std::make_unique<TinyNetwork>(classes, dropout);
  layers::initialise(*network, seed);
  return network;
}

data::DatasetPtr tiny_pictures(int64_t count, int64_t classes, uint64_t first) {
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  std::vector<std::string> names;
  for (int64_t k = 0; k < classes; ++k) names.push_back("class " + std::to_string(k));
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t sample = first + static_cast<uint64_t>(i);
    const auto label = static_cast<int64_t>(sample % static_cast<uint64_t>(classes));
    data::Image image(kSide, kSide, 3);
    for (size_t p = 0; p < image.bytes(); ++p) {
      const auto noise = testing::formula_bits("tiny", sample * 1000 + p) % 160;
      const bool own_colour = static_cast<int64_t>(p % 3) == label % 3;
      image.data()[p] = static_cast<uint8_t>(noise + (own_colour ? 60 : 0));
    }
    images.push_back(std::move(image));
    labels.push_back(label);
  }
  return std::make_shared<data::InMemory>("tiny", std::move(images), std::move(labels),
                                          std::move(names));
}

std::vector<transfer::TensorHash> hashes(const layers::Network& network) {
  return transfer::hash_tensors(network.named_tensors());
}

}  // namespace graft::tests
