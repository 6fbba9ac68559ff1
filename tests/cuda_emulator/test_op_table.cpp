#include <doctest/doctest.h>

#include <string>

#include "cuda_emulator/control.h"
#include "cuda_emulator/emulated_device.h"
#include "harness/harness.h"
#include "op_cases/op_cases.h"
#include "op_table/check_table.h"

namespace graft::testing {

TEST_CASE("every op agrees with plain loops, finite differences and its row, on emulated cuda") {
  emulator::take_violations();
  check_table(emulated_device());
  for (const std::string& violation : emulator::take_violations()) FAIL_CHECK(violation);
}

TEST_CASE("no op touches device memory from the host") {  // it would end the program
  const Device device = emulated_device();
  const emulator::ClosedMemory closed;
  for (const OpRow& row : op_table()) {
    CAPTURE(std::string(row.name));
    const OpCases all = cases_of(row.name);
    REQUIRE(!all.empty());
    CHECK(check_op(row, {all.front()}, *find_reference(row.name), device).forward_samples >= 0);
  }
}

}  // namespace graft::testing
