// From a weight file to the network that its metadata describe, ready to use.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/layers/network.h"
#include "graft/transfer/metadata.h"
#include "graft/transfer/state.h"

namespace graft::transfer {

/// A network and what belongs to its weights.
struct LoadedNetwork {
  std::unique_ptr<layers::Network> network;
  std::string model, variant;       ///< as the maker takes them
  bool linear_head = false;         ///< a dense layer replaces the model's own head
  Preprocess preprocess;            ///< the file's contract, else the network's own
  std::vector<std::string> labels;  ///< of the outputs in order; empty if the file names none
  LoadReport report;

  /// labels[i], or the number if there are no labels.
  std::string label(int64_t i) const;
  /// What load_network() reads again out of a weight file.
  Metadata metadata() const;
};

/// Makes a network by its model's name and variant, with values still to be loaded:
/// models::make_blank, or an application's own.
using NetworkMaker = std::function<std::unique_ptr<layers::Network>(const std::string& model,
                                                                    const std::string& variant)>;

/// The network that `file` describes, with its head and number of classes; values are not loaded.
/// `model` is for a file that does not name its model; Error(Argument) if neither does.
LoadedNetwork make_network(const WeightFile& file, const NetworkMaker& make,
                           const std::string& model = "");

/// make_network() with the file's values, all tensors strictly matched, in evaluation mode. The
/// file is one that `graft tune` or write_weights() with metadata() wrote, or a published one.
LoadedNetwork load_network(const std::filesystem::path& path, const NetworkMaker& make,
                           const std::string& model = "");

}  // namespace graft::transfer
