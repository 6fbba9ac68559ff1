#include <doctest/doctest.h>

#include "op_table/check_table.h"

namespace graft::tests {

TEST_CASE("every op agrees with plain loops, finite differences and its row, on the cpu") {
  check_table({});
}

}  // namespace graft::tests
