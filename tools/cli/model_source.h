// Where a trained network comes from: the folder of a run, or a weight file and its model's name.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace graft::cli {

/// Either `run`, or `weights` and, where these do not name it, `model`; the others are empty.
struct ModelSource {
  std::string run;
  std::string model;
  std::string weights;
};

/// Adds --run, --model and --weights; the parser demands one of the two forms.
void add_options(CLI::App& app, ModelSource& source);

}  // namespace graft::cli
