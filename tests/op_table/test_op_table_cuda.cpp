#include <doctest/doctest.h>

#include "op_table/check_table.h"
#include "support/devices.h"

namespace graft::testing {

TEST_CASE("every op agrees with plain loops, finite differences and its row, on cuda") {
  const Device cuda{DeviceType::Cuda, 0};
  if (has_device(cuda)) check_table(cuda);
}

}  // namespace graft::testing
