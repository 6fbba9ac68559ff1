// Where two JSON objects differ first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graft/transfer/json/json.h"

namespace graft::transfer {

struct JsonDifference {
  std::string member;
  std::string text;  ///< "lr was 0.1, is now 0.2", or "not given" for a value
};

/// The first member that differs, in the order of `now`, then of `before`; nothing if there is
/// none. Members named in `ignored` do not count. Error(Data) unless both are objects.
std::optional<JsonDifference> first_difference(const Json& before, const Json& now,
                                               const std::vector<std::string>& ignored = {});

}  // namespace graft::transfer
