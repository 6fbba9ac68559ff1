// Where a trained network comes from: the folder of a run, or a model's name and a weight file.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace graft::cli {

/// Either `run`, or `model` and `weights`; the others are empty.
struct ModelSource {
  std::string run;
  std::string model;
  std::string weights;
};

/// Adds --run, --model and --weights; the parser demands one of the two forms.
void add_options(CLI::App& app, ModelSource& source);

}  // namespace graft::cli
