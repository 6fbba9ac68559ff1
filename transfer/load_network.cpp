#include "graft/transfer/load_network.h"

#include <algorithm>

#include "graft/transfer/wrapper_prefix.h"

namespace graft::transfer {
namespace {

// Outputs of the head that the file holds, 0 if it holds none under the name that loading looks
// for.
int64_t classes_in(const WeightFile& file, const layers::Network& network) {
  std::vector<std::string> names;
  for (const WeightFile::Entry& entry : file.entries()) names.push_back(entry.name);
  const std::vector<NamedTensor> model = network.named_tensors();
  strip_wrapper_prefixes(names, paths_of(model));
  const auto head = std::ranges::find(names, network.head().front() + ".weight");
  if (head == names.end()) return 0;
  const Tensor& weight = file.entries()[static_cast<size_t>(head - names.begin())].tensor;
  return weight.rank() >= 2 ? weight.dim(0) : 0;
}

}  // namespace

std::string LoadedNetwork::label(int64_t i) const {
  const auto index = static_cast<size_t>(i);
  return index < labels.size() ? labels[index] : std::to_string(i);
}

Metadata LoadedNetwork::metadata() const {
  Metadata metadata;
  write_preprocess(metadata, preprocess);
  write_labels(metadata, labels);
  write_model(metadata, model, variant);
  if (linear_head) write_linear_head(metadata);
  return metadata;
}

LoadedNetwork make_network(const WeightFile& file, const NetworkMaker& make,
                           const std::string& model) {
  LoadedNetwork loaded;
  const std::string named = read_model_name(file.metadata);
  loaded.model = model.empty() ? named : model;
  check(!loaded.model.empty(), ErrorKind::Argument,
        "the weight file does not name its model; give the name (--model)");
  loaded.variant = loaded.model == named ? read_model_options(file.metadata) : "";
  loaded.network = make(loaded.model, loaded.variant);
  int64_t classes = classes_in(file, *loaded.network);
  if (classes == 0) classes = loaded.network->classes();  // loading will name what is missing
  loaded.linear_head = read_linear_head(file.metadata);
  if (loaded.linear_head)
    loaded.network->set_linear_head(classes, 0);
  else if (classes != loaded.network->classes())
    loaded.network->reset_head(classes, 0);
  loaded.preprocess = read_preprocess(file.metadata).value_or(loaded.network->preprocess);
  loaded.labels = read_labels(file.metadata);
  return loaded;
}

LoadedNetwork load_network(const std::filesystem::path& path, const NetworkMaker& make,
                           const std::string& model) {
  const WeightFile file = read_weights(path);
  LoadedNetwork loaded = make_network(file, make, model);
  loaded.report = load_state(loaded.network->named_tensors(), file);
  loaded.network->eval();
  return loaded;
}

}  // namespace graft::transfer
