// Names of tensors as wrappers save them: DataParallel, torch.compile, Lightning and home-made ones
// put their own name before every tensor's ("module.", "_orig_mod.", "model.", "net.").
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace graft::transfer {

/// Strips the prefixes that all `names` share, which may be nested, as far as that makes more of
/// them `known`. Returns what was done, e.g. `prefix "module." stripped`, outermost first.
std::vector<std::string> strip_wrapper_prefixes(std::vector<std::string>& names,
                                                const std::unordered_set<std::string_view>& known);

/// The paths of tensors, or of hashes of them, as `known` names; they must outlive the result.
template <class Paths>
std::unordered_set<std::string_view> paths_of(const Paths& tensors) {
  std::unordered_set<std::string_view> paths;
  for (const auto& tensor : tensors) paths.insert(tensor.path);
  return paths;
}

}  // namespace graft::transfer
