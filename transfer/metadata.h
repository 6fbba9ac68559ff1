// What a weight file says about the network it belongs to, in string metadata:
//   graft.preprocess     JSON: resize_short, filter, crop [h, w], colour, range, mean, std
//   graft.labels         JSON: class names in the order of the outputs
//   graft.model          a name of the registry
//   graft.model_options  free text for that model
//   graft.head           "linear" if a dense layer replaced the model's own head
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graft/core/preprocess.h"

namespace graft::transfer {

using Metadata = std::map<std::string, std::string>;

/// The contract, or nothing if the metadata has none. Error(Data) if it is malformed or its numbers
/// are out of their domain.
std::optional<Preprocess> read_preprocess(const Metadata& metadata);
void write_preprocess(Metadata& metadata, const Preprocess& preprocess);

/// Empty if the metadata names no labels.
std::vector<std::string> read_labels(const Metadata& metadata);
void write_labels(Metadata& metadata, const std::vector<std::string>& labels);

/// "" if the metadata names none.
std::string read_model_name(const Metadata& metadata);
std::string read_model_options(const Metadata& metadata);
void write_model(Metadata& metadata, const std::string& name, const std::string& options = "");

/// False unless the metadata says "linear"; Error(Data) if it says something else.
bool read_linear_head(const Metadata& metadata);
void write_linear_head(Metadata& metadata);

}  // namespace graft::transfer
