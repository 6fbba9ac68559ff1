#include "graft/benchmarks/small_networks.h"

#include "graft/core/error.h"
#include "graft/layers/conv2d.h"
#include "graft/layers/init.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"

namespace graft::bench {
namespace {

using namespace graft::layers;

std::unique_ptr<Module> lenet5() {
  auto network = std::make_unique<Sequential>();
  network->add<Conv2d>(1, 6, 5, Conv2dOptions{.padding = 2});
  network->add<Relu>();
  network->add<MaxPool2d>(2, 2);
  network->add<Conv2d>(6, 16, 5);
  network->add<Relu>();
  network->add<MaxPool2d>(2, 2);
  network->add<Flatten>();
  network->add<Linear>(400, 120);
  network->add<Relu>();
  network->add<Linear>(120, 84);
  network->add<Relu>();
  network->add<Linear>(84, 10);
  return network;
}

std::unique_ptr<Module> mlp3() {
  auto network = std::make_unique<Sequential>();
  network->add<Linear>(784, 128);
  network->add<Relu>();
  network->add<Linear>(128, 128);
  network->add<Relu>();
  network->add<Linear>(128, 10);
  return network;
}

SmallNetwork without_values(const std::string& name) {
  if (name == "lenet5") return {lenet5(), {28, 28, 1}};
  if (name == "mlp3") return {mlp3(), {784}};
  if (name == "head") return {std::make_unique<Linear>(512, 10), {512}};
  fail(ErrorKind::Argument, "graft_bench: unknown small network '", name,
       "': use lenet5, mlp3 or head");
}

}  // namespace

SmallNetwork make_small_network(const std::string& name) {
  SmallNetwork network = without_values(name);
  initialise(*network.module, 1);
  return network;
}

}  // namespace graft::bench
