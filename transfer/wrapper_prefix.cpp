#include "graft/transfer/wrapper_prefix.h"

#include <algorithm>
#include <array>
#include <utility>

namespace graft::transfer {
namespace {

constexpr std::array<std::string_view, 4> kPrefixes = {"module.", "_orig_mod.", "model.", "net."};

using Names = std::unordered_set<std::string_view>;

size_t count_known(const std::vector<std::string>& names, const Names& known) {
  return static_cast<size_t>(std::count_if(names.begin(), names.end(),
                                           [&](const auto& name) { return known.contains(name); }));
}

}  // namespace

std::vector<std::string> strip_wrapper_prefixes(std::vector<std::string>& names,
                                                const Names& known) {
  std::vector<std::string> shorter = names, tried, done;
  for (bool again = !names.empty(); std::exchange(again, false);) {
    for (const std::string_view prefix : kPrefixes) {
      if (!std::all_of(shorter.begin(), shorter.end(),
                       [&](const auto& name) { return name.starts_with(prefix); }))
        continue;
      for (std::string& name : shorter) name.erase(0, prefix.size());
      tried.push_back("prefix \"" + std::string(prefix) + "\" stripped");
      again = true;
      if (count_known(shorter, known) <= count_known(names, known)) continue;
      names = shorter;
      done = tried;
    }
  }
  return done;
}

}  // namespace graft::transfer
