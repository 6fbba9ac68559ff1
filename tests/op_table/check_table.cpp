#include "op_table/check_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "harness/harness.h"
#include "op_cases/op_cases.h"
#include "support/assets.h"

namespace graft::testing {
namespace {

constexpr int kGradientSamples = 30;

bool selected(const std::string& op) {
  const char* only = std::getenv("GRAFT_OPS");
  return only == nullptr ||
         (' ' + std::string(only) + ' ').find(' ' + op + ' ') != std::string::npos;
}

// Whether all that is wrong is that the device has no kernel for it.
bool lacks_kernel(const Report& report) {
  const auto& failures = report.failures();
  return !failures.empty() &&
         std::all_of(failures.begin(), failures.end(), [](const std::string& failure) {
           return failure.find(": no kernel for device ") != std::string::npos;
         });
}

}  // namespace

void check_table(Device device) {
  for (const OpRow& row : op_table()) {
    if (!selected(row.name)) continue;
    CAPTURE(std::string(row.name));
    const Reference* reference = find_reference(row.name);
    REQUIRE_MESSAGE(reference != nullptr, missing_reference(row.name));
    const Report report = check_op(row, cases_of(row.name), *reference, device);
    if (device.type != DeviceType::Cpu && lacks_kernel(report)) {
      skip(std::string(row.name) + " on " + to_string(device.type));
      continue;
    }
    CHECK_MESSAGE(report.failures().empty(), report.summary());
    if (row.differentiable) CHECK(report.gradient_samples >= kGradientSamples);
  }
}

}  // namespace graft::testing
