// Proof of what changed and what did not: the SHA-256 of every tensor of a model or file.
#pragma once

#include <string>
#include <vector>

#include "graft/core/named_tensor.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

struct TensorHash {
  std::string path;
  std::string sha256;  ///< over dtype, shape and bytes, in the layout of files
  friend bool operator==(const TensorHash&, const TensorHash&) = default;
};

/// A model and the file it is saved to have equal hashes.
std::vector<TensorHash> hash_tensors(const std::vector<NamedTensor>& model);
std::vector<TensorHash> hash_tensors(const WeightFile& file);

struct AuditReport {
  std::vector<std::string> equal, changed;  ///< in the order of `before`
  std::vector<std::string> only_before, only_after;
  /// "60 equal, 2 changed".
  std::string summary() const;
};

/// Compares by path.
AuditReport compare(const std::vector<TensorHash>& before, const std::vector<TensorHash>& after);

}  // namespace graft::transfer
