// A first prediction in another project: logits of an untrained network, exit code 0 if they are
// as many as asked for.
#include "graft/core/tensor.h"
#include "graft/models/registry.h"

int main() {
  const auto network = graft::models::make_model("mnist_cnn");
  network->train(false);
  const graft::Tensor logits = network->forward(graft::Tensor::zeros({2, 28, 28, 1}));
  return logits.shape() == graft::Shape{2, 10} ? 0 : 1;
}
