// graft predict: the most likely classes of single pictures. One that cannot be read takes no
// result from the others.
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "graft/core/io/file_system.h"
#include "graft/core/limits.h"
#include "graft/core/ops/softmax.h"
#include "graft/core/ops/to_device.h"
#include "graft/core/utf8.h"
#include "graft/data/decode.h"
#include "graft/data/readable.h"
#include "graft/data/transforms.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/training/mode_guards.h"

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
  const Tensor there = to_device(input, loaded.network->device());
  const Tensor probabilities = to_device(softmax((*loaded.network)(there)), Device{});
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

transfer::Json to_json(const std::vector<Guess>& guesses, const LoadedNetwork& loaded) {
  transfer::Json entries = transfer::Json::array();
  for (const Guess& guess : guesses) {
    transfer::Json entry = transfer::Json::object();
    entry.set("label", loaded.label(guess.label)).set("class", guess.label);
    entry.set("probability", static_cast<double>(guess.probability));
    entries.push(std::move(entry));
  }
  return entries;
}

}  // namespace

int run_predict(const PredictOptions& options, const CommonOptions& common) {
  LoadedNetwork loaded = load_network(options.source);
  loaded.network->to(common.run_on);
  if (!common.quiet)
    for (const std::string& note : loaded.report.notes)
      std::cerr << "weights: " << one_line(note) << '\n';
  transfer::Json all = transfer::Json::array();
  int code = kDone;
  for (const std::string& file : options.files) {
    transfer::Json prediction = transfer::Json::object();
    prediction.set("file", file);
    try {
      const std::vector<Guess> guesses = predict(loaded, file, options.top);
      prediction.set("top", to_json(guesses, loaded));
      for (const Guess& guess : guesses)
        if (!common.json)
          std::printf("%s\t%s\t%.4f\n", one_line(file).c_str(),
                      one_line(loaded.label(guess.label)).c_str(),
                      static_cast<double>(guess.probability));
    } catch (const Error& error) {
      if (!data::is_of_one_sample(error.kind())) throw;
      if (code == kDone) code = exit_code(error);
      prediction.set("error", error.what());
      std::cerr << "graft: " << one_line(error.what()) << '\n';
    }
    all.push(std::move(prediction));
  }
  if (common.json) {
    transfer::Json json = transfer::Json::object();
    json.set("schema", 1).set("predictions", std::move(all));
    std::cout << transfer::write_json(json) << '\n';
  }
  return code;
}

}  // namespace graft::cli
