// Devices that tests need and a machine may lack. An absent one counts as skipped, never as passed;
// `graft_tests --require-device=cuda` turns the skip into a failure.
#pragma once

#include "graft/core/device.h"

namespace graft::testing {

/// Takes every --require-device=NAME from the command line, and GRAFT_REQUIRE_DEVICE from the
/// environment: ctest hands no words on.
void read_required_devices(int argc, char** argv);

/// Whether the running test can use the device; if not, says so, and fails the test if required.
bool has_device(Device device);

}  // namespace graft::testing
