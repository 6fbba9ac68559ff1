// Chapter 3, inference: the five most likely classes of a picture: predict PICTURE MODEL WEIGHTS.
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <span>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/io/file_system.h"
#include "graft/core/ops/softmax.h"
#include "graft/data/decode.h"
#include "graft/data/transforms.h"
#include "graft/models/registry.h"
#include "graft/transfer/preprocess_contract.h"
#include "graft/transfer/state.h"

int main(int argc, char** argv) try {
  if (argc != 4) return std::fprintf(stderr, "usage: predict PICTURE MODEL WEIGHTS\n"), 2;
  using namespace graft;
  const transfer::WeightFile file = transfer::read_weights(argv[3]);
  const std::vector<std::string> labels = transfer::read_labels(file.metadata);
  const auto network = models::make_model(
      argv[2], {.classes = static_cast<int64_t>(labels.size()),  // 0: as published
                .variant = transfer::read_model_options(file.metadata)});
  transfer::load_state(network->named_tensors(), file);
  network->eval();  // batch norms use their stored statistics, dropout passes everything

  // What the file says about its input; else what the published weights expect.
  const Preprocess contract =
      transfer::read_preprocess(file.metadata).value_or(network->preprocess);

  const Limits limits;
  const std::string bytes = real_file_system().read_text(argv[1], limits.image.file_bytes);
  const data::Image picture = data::decode_image(std::as_bytes(std::span(bytes)), limits, argv[1]);
  Tensor input = Tensor::empty({1, contract.crop_height, contract.crop_width, contract.channels()});
  data::preprocess(picture, contract, input, 0);  // [N,H,W,C], f32

  const NoGrad no_grad;
  const Tensor result = softmax((*network)(input));  // [1, classes]
  const auto probability = result.values<float>();
  std::vector<size_t> classes(probability.size());
  std::iota(classes.begin(), classes.end(), size_t{0});
  const size_t shown = std::min<size_t>(5, classes.size());
  std::ranges::partial_sort(classes, classes.begin() + static_cast<std::ptrdiff_t>(shown),
                            std::ranges::greater{}, [&](size_t c) { return probability[c]; });
  for (const size_t c : std::span(classes).first(shown)) {
    const std::string label = c < labels.size() ? labels[c] : std::to_string(c);
    std::printf("%.4f  %s\n", static_cast<double>(probability[c]), label.c_str());
  }
} catch (const graft::Error& error) {
  return std::fprintf(stderr, "predict: %s\n", error.what()), 1;
}
