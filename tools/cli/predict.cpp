// graft predict: the most likely classes of single pictures.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>

#include "graft/core/io/file_system.h"
#include "graft/core/limits.h"
#include "graft/core/ops/softmax.h"
#include "graft/data/decode.h"
#include "graft/data/transforms.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/json/utf8.h"
#include "graft/transfer/training/eval_mode.h"

namespace graft::cli {
namespace {

struct Guess {
  int64_t label;
  float probability;
};

std::vector<Guess> predict(LoadedNetwork& loaded, const std::string& file, int top) {
  const Limits limits;
  const std::string bytes = real_file_system().read_text(file, limits.image.file_bytes);
  const data::Image image = data::decode_image(std::as_bytes(std::span(bytes)), limits, file);
  const Preprocess& contract = loaded.preprocess;
  Tensor input = Tensor::empty({1, contract.crop_height, contract.crop_width, contract.channels()});
  data::preprocess(image, contract, input, 0);
  const transfer::EvalMode eval_mode(*loaded.network);
  const Tensor probabilities = softmax((*loaded.network)(input));
  const auto values = probabilities.values<float>();
  std::vector<Guess> guesses;
  for (size_t i = 0; i < values.size(); ++i)
    guesses.push_back({static_cast<int64_t>(i), values[i]});
  const auto kept = std::min(guesses.size(), static_cast<size_t>(top));
  std::partial_sort(guesses.begin(), guesses.begin() + static_cast<std::ptrdiff_t>(kept),
                    guesses.end(),
                    [](const Guess& a, const Guess& b) { return a.probability > b.probability; });
  guesses.resize(kept);
  return guesses;
}

}  // namespace

int run_predict(const PredictOptions& options, const CommonOptions& common) {
  choose_device(common);
  LoadedNetwork loaded = load_network(options.source);
  transfer::Json all = transfer::Json::array();
  for (const std::string& file : options.files) {
    const std::vector<Guess> guesses = predict(loaded, file, options.top);
    transfer::Json entries = transfer::Json::array();
    for (const Guess& guess : guesses) {
      transfer::Json entry = transfer::Json::object();
      entry.set("label", loaded.label(guess.label)).set("class", guess.label);
      entry.set("probability", static_cast<double>(guess.probability));
      entries.push(std::move(entry));
      if (!common.json)
        std::printf("%s\t%s\t%.4f\n", transfer::one_line(file).c_str(),
                    transfer::one_line(loaded.label(guess.label)).c_str(),
                    static_cast<double>(guess.probability));
    }
    transfer::Json prediction = transfer::Json::object();
    prediction.set("file", file).set("top", std::move(entries));
    all.push(std::move(prediction));
  }
  if (common.json) {
    transfer::Json json = transfer::Json::object();
    json.set("schema", 1).set("predictions", std::move(all));
    std::cout << transfer::write_json(json) << '\n';
  }
  return kDone;
}

}  // namespace graft::cli
