#include "graft/tools/cli/model_source.h"

#include <CLI/CLI.hpp>

namespace graft::cli {

void add_options(CLI::App& app, ModelSource& source) {
  CLI::Option_group* group =
      app.add_option_group("Network", "either a run, or a model and its weights");
  CLI::Option* run = group->add_option("--run", source.run, "Folder that `graft tune` wrote");
  CLI::Option* model = group->add_option("--model", source.model, "Model, e.g. resnet18");
  CLI::Option* weights =
      group->add_option("--weights", source.weights, "Weight file: .safetensors, .pth, .pt, .th");
  run->excludes(model)->excludes(weights);
  model->needs(weights);
  weights->needs(model);
  group->require_option(1, 2);
}

}  // namespace graft::cli
