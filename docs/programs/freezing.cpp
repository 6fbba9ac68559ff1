// Chapter 2: what the graph keeps, to the byte, when more and more of a network is frozen.
#include <cstdio>

#include "graft/core/allocator.h"
#include "graft/core/ops.h"
#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"

int main() {
  using namespace graft;
  const Tensor images = Tensor::zeros({8, 64, 64, 3});
  const Tensor labels = Tensor::zeros({8}, DType::I64);
  std::printf("%-18s %12s\n", "frozen", "kept");
  for (const char* frozen : {"", "conv1..layer1", "conv1..layer2", "conv1..layer3", "trunk"}) {
    const auto network = models::make_model("resnet18", {.classes = 10});
    transfer::freeze(*network, frozen);
    (*network)(images);  // frozen convolutions are folded with their norms once, and stay so
    const Allocator& memory = allocator(Device{});
    const size_t before = memory.stats().live;
    const Tensor loss = cross_entropy((*network)(images), labels);
    const size_t kept = memory.stats().live - before;  // all that is left is what backward reads
    std::printf("%-18s %9.2f MB\n", *frozen ? frozen : "nothing", 1e-6 * static_cast<double>(kept));
  }
}
