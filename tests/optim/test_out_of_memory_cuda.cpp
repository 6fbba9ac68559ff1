#include <doctest/doctest.h>

#include "support/devices.h"
#include "support/training_step.h"

namespace graft::testing {

TEST_CASE("a training step on a GPU that runs out of memory can be taken again") {
  const Device cuda{DeviceType::Cuda, 0};
  if (has_device(cuda)) check_every_allocation(cuda);
}

}  // namespace graft::testing
