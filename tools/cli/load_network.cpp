#include "graft/tools/cli/load_network.h"

#include <algorithm>

#include "graft/models/registry.h"
#include "graft/transfer/preprocess_contract.h"
#include "graft/transfer/weights/weight_file.h"
#include "graft/transfer/wrapper_prefix.h"

namespace graft::cli {
namespace {

// Outputs of the head that the file holds, 0 if it holds none under the name that loading looks
// for.
int64_t classes_in(const transfer::WeightFile& file, const layers::Network& network) {
  std::vector<std::string> names;
  for (const transfer::WeightFile::Entry& entry : file.entries()) names.push_back(entry.name);
  const std::vector<NamedTensor> model = network.named_tensors();
  transfer::strip_wrapper_prefixes(names, transfer::paths_of(model));
  const auto head = std::ranges::find(names, network.head().front() + ".weight");
  if (head == names.end()) return 0;
  const Tensor& weight = file.entries()[static_cast<size_t>(head - names.begin())].tensor;
  return weight.rank() >= 2 ? weight.dim(0) : 0;
}

// The network that a file's metadata and the model's name describe, with values still to be loaded.
LoadedNetwork make_for(const std::string& model, const transfer::WeightFile& file) {
  LoadedNetwork loaded;
  const std::string named = transfer::read_model_name(file.metadata);
  loaded.model = model.empty() ? named : model;
  check(!loaded.model.empty(), ErrorKind::Argument,
        "the weight file does not name its model; give --model");
  loaded.variant = loaded.model == named ? transfer::read_model_options(file.metadata) : "";
  loaded.network =
      models::make_model(loaded.model, {.variant = loaded.variant, .initialise = false});
  int64_t classes = classes_in(file, *loaded.network);
  if (classes == 0) classes = loaded.network->classes();  // loading will name what is missing
  loaded.linear_head = transfer::read_linear_head(file.metadata);
  if (loaded.linear_head)
    loaded.network->set_linear_head(classes, 0);
  else if (classes != loaded.network->classes())
    loaded.network->reset_head(classes, 0);
  loaded.preprocess = transfer::read_preprocess(file.metadata).value_or(loaded.network->preprocess);
  loaded.labels = transfer::read_labels(file.metadata);
  return loaded;
}

}  // namespace

std::string LoadedNetwork::label(int64_t i) const {
  const auto index = static_cast<size_t>(i);
  return index < labels.size() ? labels[index] : std::to_string(i);
}

LoadedNetwork load_network(const ModelSource& source) {
  const std::string path = source.run.empty() ? source.weights : source.run + "/model.safetensors";
  const transfer::WeightFile file = transfer::read_weights(path);
  LoadedNetwork loaded = make_for(source.model, file);
  loaded.report = transfer::load_state(loaded.network->named_tensors(), file);
  loaded.network->eval();
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
    const transfer::WeightFile file = transfer::read_weights(start.weights);
    loaded = make_for(start.model, file);
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

std::map<std::string, std::string> metadata_of(const LoadedNetwork& loaded) {
  transfer::Metadata metadata;
  transfer::write_preprocess(metadata, loaded.preprocess);
  transfer::write_labels(metadata, loaded.labels);
  transfer::write_model(metadata, loaded.model, loaded.variant);
  if (loaded.linear_head) transfer::write_linear_head(metadata);
  return metadata;
}

}  // namespace graft::cli
