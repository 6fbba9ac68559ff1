#include "graft/transfer/folded_norms.h"

#include <algorithm>
#include <cmath>

#include "graft/core/glob.h"
#include "graft/core/ops/to_device.h"
#include "graft/layers/batch_norm.h"

namespace graft::transfer {
namespace {

bool all_near(const Tensor& tensor, float value) {
  constexpr float kTolerance = 1e-4f;  // a variance may be 1 less the norm's epsilon
  const Tensor on_host = to_device(tensor.detach(), Device{});
  return std::ranges::all_of(on_host.values<float>(),
                             [=](float x) { return std::abs(x - value) <= kTolerance; });
}

bool is_folded(const layers::BatchNorm2d& norm) {
  return all_near(norm.running_mean(), 0) && all_near(norm.running_var(), 1) &&
         all_near(norm.weight(), 1) && !all_near(norm.bias(), 0);  // all of it: a new norm
}

}  // namespace

std::vector<std::string> folded_norms(layers::Network& network) {
  std::vector<std::string> paths;
  network.for_each_module([&](const std::string& path, layers::Module& module) {
    const auto* norm = dynamic_cast<const layers::BatchNorm2d*>(&module);
    const bool in_head = std::ranges::any_of(
        network.head(), [&](const std::string& head) { return selects(head, path); });
    if (norm && !norm->frozen() && !in_head && is_folded(*norm)) paths.push_back(path);
  });
  return paths;
}

}  // namespace graft::transfer
