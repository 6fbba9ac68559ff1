// Runs the tests. With --require-device=cuda a test that lacks the device fails, where otherwise it
// is skipped. Exit code 1: something failed. With GRAFT_TEST_SKIP_CODE=N set, exit code N:
// nothing failed, but something was skipped (ctest reads it).
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "support/assets.h"
#include "support/devices.h"

int main(int argc, char** argv) {
  graft::testing::read_required_devices(argc, argv);
  doctest::Context context(argc, argv);
  const int failed = context.run();
  if (context.shouldExit()) return failed;
  const int skipped = graft::testing::skipped_count();
  std::printf("skipped: %d (assets or devices absent)\n", skipped);
  const char* skip_code = std::getenv("GRAFT_TEST_SKIP_CODE");
  if (failed == 0 && skipped > 0 && skip_code) return std::atoi(skip_code);
  return failed;
}
