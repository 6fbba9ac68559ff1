#include "graft/tools/cli/model_source.h"

#include <CLI/CLI.hpp>

#include "graft/core/text.h"
#include "graft/models/registry.h"

namespace graft::cli {

void add_options(CLI::App& app, ModelSource& source) {
  const std::string group = "Network: --run, or --weights with its --model";
  CLI::Option* run =
      app.add_option("--run", source.run, "Folder that `graft tune` wrote")->group(group);
  CLI::Option* weights =
      app.add_option("--weights", source.weights, "Weight file: .safetensors, .pth, .pt, .th")
          ->excludes(run)
          ->group(group);
  app.add_option("--model", source.model,
                 "Model, from the list below; may be left out if the weight file names it")
      ->excludes(run)
      ->needs(weights)
      ->group(group);
  app.parse_complete_callback([&source] {
    if (source.run.empty() && source.weights.empty())
      throw CLI::RequiredError("--run FOLDER (or --weights FILE)");
  });
  app.footer("Models: " + join(models::model_names(), ", "));
}

}  // namespace graft::cli
