// A program of another project, consumer PICTURE WEIGHTS: saves a network's weights, loads them
// into a second network and shows both the picture. Exit code 0 if both give the same finite
// logits.
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/io/file_system.h"
#include "graft/data/decode.h"
#include "graft/data/transforms.h"
#include "graft/models/registry.h"
#include "graft/transfer/state.h"

namespace {

std::vector<float> logits(graft::layers::Network& network, const graft::data::Image& picture) {
  const graft::Preprocess& contract = network.preprocess;
  graft::Tensor input =
      graft::Tensor::empty({1, contract.crop_height, contract.crop_width, contract.channels()});
  graft::data::preprocess(picture, contract, input, 0);
  network.eval();
  const graft::NoGrad no_grad;
  const graft::Tensor y = network(input);
  return {y.values<float>().begin(), y.values<float>().end()};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return std::fprintf(stderr, "usage: consumer PICTURE WEIGHTS\n"), 2;
  const graft::Limits limits;
  const std::string bytes = graft::real_file_system().read_text(argv[1], limits.image.file_bytes);
  const graft::data::Image picture =
      graft::data::decode_image(std::as_bytes(std::span(bytes)), limits, argv[1]);

  const auto saved = graft::models::make_model("mnist_cnn", {.seed = 1});
  graft::transfer::write_weights(argv[2], graft::transfer::to_weight_file(saved->named_tensors()));
  const auto loaded = graft::models::make_model("mnist_cnn", {.seed = 2});
  const std::vector<float> before = logits(*loaded, picture);
  graft::transfer::load_state(loaded->named_tensors(), graft::transfer::read_weights(argv[2]));

  const std::vector<float> after = logits(*loaded, picture);
  for (const float value : after)
    if (!std::isfinite(value)) return std::fprintf(stderr, "consumer: not finite\n"), 1;
  if (after.size() != 10 || after != logits(*saved, picture) || after == before)
    return std::fprintf(stderr, "consumer: the weights did not arrive\n"), 1;
} catch (const graft::Error& error) {
  return std::fprintf(stderr, "consumer: %s\n", error.what()), 1;
}
