// From names on a command line to a network with weights: where models/ and transfer/ meet.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/layers/network.h"
#include "graft/tools/cli/model_source.h"
#include "graft/transfer/state.h"

namespace graft::cli {

/// A network and what belongs to its weights.
struct LoadedNetwork {
  std::unique_ptr<layers::Network> network;
  std::string model, variant;       ///< as the registry takes them
  bool linear_head = false;         ///< a dense layer replaces the model's own head
  Preprocess preprocess;            ///< the file's contract, else the network's own
  std::vector<std::string> labels;  ///< of the outputs in order; empty if the file names none
  transfer::LoadReport report;

  /// labels[i], or the number if there are no labels.
  std::string label(int64_t i) const;
};

/// The network of a run folder, or of a model name and a weight file, all tensors strictly matched;
/// the number of classes is the file's.
LoadedNetwork load_network(const ModelSource& source);

/// What becomes of the head when a network is tuned.
enum class Head {
  New,     ///< the same kind of layer for the classes of the data, new values
  Linear,  ///< a dense layer on averaged features in place of a convolution, new values
  Keep,    ///< the file's, which must have as many outputs as the data has classes
};

/// "new", "linear", "keep".
const char* to_string(Head head) noexcept;

struct TuningStart {
  std::string model;    ///< may be empty if the weight file names it
  std::string weights;  ///< empty: from scratch
  int64_t classes = 0;
  Head head = Head::New;
  uint64_t seed = 0;  ///< of new values
};

/// A network ready to be tuned.
LoadedNetwork load_for_tuning(const TuningStart& start);

/// Metadata that lets load_network() and others read the weights again.
std::map<std::string, std::string> metadata_of(const LoadedNetwork& loaded);

}  // namespace graft::cli
