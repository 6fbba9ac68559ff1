// The one table of ops against the one table of cases, on every device.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "harness/harness.h"
#include "op_cases/op_cases.h"
#include "support/assets.h"

namespace graft::tests {
namespace {

constexpr int kGradientSamples = 30;

// GRAFT_OPS="conv2d linear" checks only these.
bool selected(const std::string& op) {
  const char* only = std::getenv("GRAFT_OPS");
  return only == nullptr ||
         (' ' + std::string(only) + ' ').find(' ' + op + ' ') != std::string::npos;
}

void check_all(Device device) {
  for (const OpRow& row : op_table()) {
    const Reference* reference = find_reference(row.name);
    if (!selected(row.name) || reference == nullptr) continue;
    const Report report = check_op(row, cases_of(row.name), *reference, device);
    CHECK_MESSAGE(report.failures().empty(), report.summary());
    CAPTURE(std::string(row.name));
    if (row.differentiable) CHECK(report.gradient_samples >= kGradientSamples);
  }
}

}  // namespace

TEST_CASE("every op agrees with plain loops, finite differences and its row, on the cpu") {
  check_all({});
}

TEST_CASE("every op agrees with plain loops, finite differences and its row, on cuda") {
  const Device cuda{DeviceType::Cuda, 0};
  if (!available(cuda)) return skip("device cuda");
  check_all(cuda);
}

}  // namespace graft::tests
