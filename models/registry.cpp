#include "graft/models/registry.h"

#include <functional>
#include <map>

#include "graft/core/text.h"
#include "graft/models/cifar_resnet.h"
#include "graft/models/mnist_cnn.h"
#include "graft/models/mobilenet_v2.h"
#include "graft/models/resnet.h"
#include "graft/models/squeezenet.h"

namespace graft::models {
namespace {

using Maker = std::function<std::unique_ptr<layers::Network>(const ModelOptions&)>;

Maker resnet(ResidualBlock block, std::array<int, 4> depths) {
  return [=](const ModelOptions& options) { return make_resnet(block, depths, options); };
}

Maker cifar_resnet(int depth) {
  return [=](const ModelOptions& options) { return make_cifar_resnet(depth, options); };
}

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> table{
      {"cifar_resnet20", cifar_resnet(20)},
      {"cifar_resnet32", cifar_resnet(32)},
      {"cifar_resnet44", cifar_resnet(44)},
      {"cifar_resnet56", cifar_resnet(56)},
      {"mnist_cnn", make_mnist_cnn},
      {"mobilenet_v2", make_mobilenet_v2},
      {"resnet18", resnet(ResidualBlock::Basic, {2, 2, 2, 2})},
      {"resnet34", resnet(ResidualBlock::Basic, {3, 4, 6, 3})},
      {"resnet50", resnet(ResidualBlock::Bottleneck, {3, 4, 6, 3})},
      {"squeezenet1_1", make_squeezenet1_1},
  };
  return table;
}

}  // namespace

void check_model_name(const std::string& name) {
  if (makers().contains(name)) return;
  const std::vector<std::string> names = model_names();
  fail(ErrorKind::Argument, "model: no model '", name, "'", did_you_mean(name, names),
       " Known models: ", join(names, " "));
}

std::unique_ptr<layers::Network> make_model(const std::string& name, const ModelOptions& options) {
  check_model_name(name);
  std::unique_ptr<layers::Network> network = makers().at(name)(options);
  if (options.initialise) layers::initialise(*network, options.seed);
  return network;
}

std::unique_ptr<layers::Network> make_blank(const std::string& name, const std::string& variant) {
  return make_model(name, {.variant = variant, .initialise = false});
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& entry : makers()) names.push_back(entry.first);
  return names;
}

}  // namespace graft::models
