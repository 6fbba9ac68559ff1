// The networks Graft knows, by torchvision's names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graft/layers/network.h"

namespace graft::models {

struct ModelOptions {
  int64_t classes = 0;  ///< 0: as many as the published weights have
  uint64_t seed = 0;    ///< of the initial values
  /// Variant, as "key=value,key=value"; what a network takes stands in its header. Weight files
  /// carry it in their metadata under "graft.model_options".
  std::string variant = {};
  bool initialise = true;  ///< false: values as constructed, for a weight file to replace
};

/// A new network with initial values, in training mode: call eval() before using it on single
/// pictures, or batch norms take the batch's statistics. Error(Argument) naming the nearest names
/// for an unknown one, or the keys it takes for an unknown variant.
std::unique_ptr<layers::Network> make_model(const std::string& name,
                                            const ModelOptions& options = {});

/// make_model() with values as constructed, for transfer::load_network() to replace.
std::unique_ptr<layers::Network> make_blank(const std::string& name, const std::string& variant);

/// Error(Argument) naming the nearest names unless there is a model of that name.
void check_model_name(const std::string& name);

/// All names, sorted.
std::vector<std::string> model_names();

}  // namespace graft::models
