#include "support/tiny_network.h"

#include "graft/layers/conv_norm.h"
#include "graft/layers/dropout.h"
#include "graft/layers/linear.h"
#include "graft/layers/stateless.h"
#include "support/formula.h"

namespace graft::testing {
namespace {

constexpr int64_t kSide = 12;

class TinyNetwork final : public layers::Network {
 public:
  TinyNetwork(int64_t classes, double dropout) {
    preprocess = {.resize_short = kSide, .crop_height = kSide, .crop_width = kSide};
    add_stage("conv1", first_.modules(),
              [this](const Tensor& x) { return first_.forward(x, Activation::Relu); });
    add_stage("conv2", second_.modules(),
              [this](const Tensor& x) { return second_.forward(x, Activation::Relu); });
    add_stage("dropout", std::make_unique<layers::Dropout>(dropout));
    add_stage("avgpool", std::make_unique<layers::GlobalAvgPool2d>());
    begin_head({"fc"}, classes);
    add_stage("fc", std::make_unique<layers::Linear>(6, classes));
  }

 private:
  layers::ConvNorm first_{*this, "conv1", "bn1", 3, 4, 3, {.padding = 1}};
  layers::ConvNorm second_{*this, "conv2", "bn2", 4, 6, 3, {.stride = 2, .padding = 1}};
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

}  // namespace graft::testing
