#include "graft/transfer/json/first_difference.h"

#include <algorithm>

namespace graft::transfer {
namespace {

std::string text_of(const Json* value) { return value ? write_json(*value) : "not given"; }

}  // namespace

std::optional<JsonDifference> first_difference(const Json& before, const Json& now,
                                               const std::vector<std::string>& ignored) {
  for (const Json* side : {&now, &before})
    for (const auto& [name, value] : side->as_object("first_difference")) {
      if (std::ranges::find(ignored, name) != ignored.end()) continue;
      const std::string was = text_of(before.find(name)), is = text_of(now.find(name));
      if (was != is) return JsonDifference{name, name + " was " + was + ", is now " + is};
    }
  return std::nullopt;
}

}  // namespace graft::transfer
