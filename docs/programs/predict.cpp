// Chapter 3, inference: the five most likely classes of a picture: predict PICTURE
// WEIGHTS [MODEL].
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
#include "graft/transfer/load_network.h"

int main(int argc, char** argv) try {
  if (argc < 3) return std::fprintf(stderr, "usage: predict PICTURE WEIGHTS [MODEL]\n"), 2;
  using namespace graft;
  // Weights that do not name their model need a word for it. The network comes in evaluation mode:
  // batch norms use their stored statistics, dropout passes everything.
  const transfer::LoadedNetwork loaded =
      transfer::load_network(argv[2], models::make_blank, argc > 3 ? argv[3] : "");
  // What the file says about its input; else what the published weights expect.
  const Preprocess& contract = loaded.preprocess;

  const Limits limits;
  const std::string bytes = real_file_system().read_text(argv[1], limits.image.file_bytes);
  const data::Image picture = data::decode_image(std::as_bytes(std::span(bytes)), limits, argv[1]);
  Tensor input = Tensor::empty({1, contract.crop_height, contract.crop_width, contract.channels()});
  data::preprocess(picture, contract, input, 0);  // [N,H,W,C], f32

  const NoGrad no_grad;
  const Tensor result = softmax((*loaded.network)(input));  // [1, classes]
  const auto probability = result.values<float>();
  std::vector<size_t> classes(probability.size());
  std::iota(classes.begin(), classes.end(), size_t{0});
  const size_t shown = std::min<size_t>(5, classes.size());
  std::ranges::partial_sort(classes, classes.begin() + static_cast<std::ptrdiff_t>(shown),
                            std::ranges::greater{}, [&](size_t c) { return probability[c]; });
  for (const size_t c : std::span(classes).first(shown))
    std::printf("%.4f  %s\n", static_cast<double>(probability[c]),
                loaded.label(static_cast<int64_t>(c)).c_str());
} catch (const graft::Error& error) {
  return std::fprintf(stderr, "predict: %s\n", error.what()), 1;
}
