// Device memory runs out at every allocation of a training step.
#include <doctest/doctest.h>

#include <string>

#include "cuda_emulator/control.h"
#include "cuda_emulator/emulated_device.h"
#include "graft/core/allocator.h"
#include "support/training_step.h"

namespace graft::testing {

TEST_CASE("a training step that runs out of memory can be taken again, on emulated cuda") {
  const size_t blocks = emulator::live_blocks();
  check_every_allocation(emulated_device());
  CHECK(emulator::live_blocks() == blocks);
  for (const std::string& violation : emulator::take_violations()) FAIL_CHECK(violation);
}

TEST_CASE("an allocation that the device refuses once changes nothing") {
  const Device device = emulated_device();
  TrainingStep clean(device, false);
  const size_t before = allocator(device).stats().allocations;
  clean.run();
  const auto allocations = static_cast<int>(allocator(device).stats().allocations - before);
  REQUIRE(allocations > 20);
  const auto expected = clean.state();
  for (int n = 1; n <= allocations; ++n) {
    CAPTURE(n);
    TrainingStep step(device, false);
    emulator::fail_allocation(n);
    step.run();
    CHECK(step.state() == expected);
  }
}

}  // namespace graft::testing
