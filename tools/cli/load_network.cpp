#include "graft/tools/cli/load_network.h"

#include "graft/models/registry.h"
#include "graft/tools/cli/weight_path.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::cli {

LoadedNetwork load_network(const ModelSource& source) {
  const std::string path =
      source.run.empty() ? weight_file(source.weights) : weights_of_run(source.run);
  LoadedNetwork loaded = transfer::load_network(path, models::make_blank, source.model);
  loaded.network->freeze();
  if (!source.run.empty() && is_unfinished(source.run))
    loaded.report.notes.push_back(
        "the run in this folder is not finished; these may be of one before it");
  return loaded;
}

const char* to_string(Head head) noexcept {
  switch (head) {
    case Head::New:
      return "new";
    case Head::Linear:
      return "linear";
    case Head::Keep:
      return "keep";
  }
  return "unknown";
}

LoadedNetwork load_for_tuning(const TuningStart& start) {
  LoadedNetwork loaded;
  if (start.weights.empty()) {
    loaded.model = start.model;
    loaded.network = models::make_model(start.model, {.seed = start.seed});
    loaded.preprocess = loaded.network->preprocess;
  } else {
    const transfer::WeightFile file = transfer::read_weights(weight_file(start.weights));
    loaded = transfer::make_network(file, models::make_blank, start.model);
    transfer::LoadOptions options;
    if (start.head != Head::Keep) options.skip = loaded.network->head();
    loaded.report = transfer::load_state(loaded.network->named_tensors(), file, options);
  }
  if (start.head == Head::New) loaded.network->reset_head(start.classes, start.seed);
  if (start.head == Head::Linear) {
    loaded.network->set_linear_head(start.classes, start.seed);
    loaded.linear_head = true;
  }
  check(loaded.network->classes() == start.classes, ErrorKind::Data, "the data has ", start.classes,
        " classes, the head that is kept has ", loaded.network->classes());
  return loaded;
}

}  // namespace graft::cli
