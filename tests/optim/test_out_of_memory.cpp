// Memory runs out at every allocation of a training step.
#include <doctest/doctest.h>

#include "support/training_step.h"

namespace graft::testing {

TEST_CASE("a training step on the CPU that runs out of memory can be taken again") {
  check_every_allocation(Device{});
}

}  // namespace graft::testing
