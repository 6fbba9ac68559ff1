#include "graft/transfer/audit.h"

#include <sstream>
#include <unordered_map>

#include "graft/core/io/sha256.h"
#include "graft/transfer/weights/file_layout.h"
#include "graft/transfer/weights/raw_tensor.h"

namespace graft::transfer {
namespace {

std::string hash_of(const Tensor& tensor) {
  std::ostringstream head;
  head << tensor.dtype() << ' ' << tensor.shape() << '\n';
  return Sha256().update(head.str()).update(raw_bytes(tensor)).hex();
}

}  // namespace

std::vector<TensorHash> hash_tensors(const std::vector<NamedTensor>& model) {
  std::vector<TensorHash> hashes;
  for (const NamedTensor& named : model) {
    Tensor copy = Tensor::empty(file_shape(named), named.tensor.dtype());
    hashes.push_back({named.path, hash_of(copy.copy_(as_in_file(named)))});
  }
  return hashes;
}

std::vector<TensorHash> hash_tensors(const WeightFile& file) {
  std::vector<TensorHash> hashes;
  for (const WeightFile::Entry& entry : file.entries())
    hashes.push_back({entry.name, hash_of(entry.tensor)});
  return hashes;
}

AuditReport compare(const std::vector<TensorHash>& before, const std::vector<TensorHash>& after) {
  std::unordered_map<std::string_view, std::string_view> rest;
  for (const TensorHash& tensor : after) rest[tensor.path] = tensor.sha256;
  AuditReport report;
  for (const TensorHash& tensor : before) {
    const auto found = rest.find(tensor.path);
    if (found == rest.end()) {
      report.only_before.push_back(tensor.path);
      continue;
    }
    (found->second == tensor.sha256 ? report.equal : report.changed).push_back(tensor.path);
    rest.erase(found);
  }
  for (const TensorHash& tensor : after)
    if (rest.contains(tensor.path)) report.only_after.push_back(tensor.path);
  return report;
}

std::string AuditReport::summary() const {
  std::string text =
      std::to_string(equal.size()) + " equal, " + std::to_string(changed.size()) + " changed";
  if (!only_before.empty()) text += ", " + std::to_string(only_before.size()) + " only before";
  if (!only_after.empty()) text += ", " + std::to_string(only_after.size()) + " only after";
  return text;
}

}  // namespace graft::transfer
