#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "graft/core/simd_level.h"
#include "op_table/check_table.h"
#include "support/assets.h"

namespace graft::testing {

TEST_CASE("every op agrees with plain loops, finite differences and its row, on the cpu") {
  // A run for one instruction set, on a machine without it, would check a lower one once more.
  const char* const asked = std::getenv("GRAFT_SIMD");
  if (asked && to_string(simd_level()) != std::string(asked))
    return skip("instruction set " + std::string(asked));
  check_table({});
}

}  // namespace graft::testing
