// From names on a command line to a network with weights: where models/ and transfer/ meet.
#pragma once

#include <cstdint>
#include <string>

#include "graft/tools/cli/model_source.h"
#include "graft/transfer/load_network.h"

namespace graft::cli {

using transfer::LoadedNetwork;

/// The network of a run folder, or of a model name and a weight file, all tensors strictly matched;
/// the number of classes is the file's. All of it is frozen: it is used as it is.
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

}  // namespace graft::cli
