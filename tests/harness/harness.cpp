#include "harness/harness.h"

#include <algorithm>

#include "harness/checks.h"
#include "harness/guarded_allocator.h"

namespace graft::testing {
namespace {

constexpr size_t kLarge = 2000;
constexpr size_t kShownFailures = 6;

// Repeated values are ties where elements of one operand compete.
bool suits(const Sample& sample) {
  const bool competing = sample.op_case.kink_gap > 0 && terms_of(sample) > 1;
  return sample.layout != Layout::Broadcast || (sample.op_case.repeats && !competing);
}

// A cast's result may be too coarse for differences, or have no gradient at all.
bool can_difference(const Sample& sample) {
  return sample.row.differentiable && result_dtype(sample, DType::F64) == DType::F64;
}

void check_sample(const Sample& sample, Report& report) {
  check_forward(sample, DType::F64, report);
  check_forward(sample, DType::F32, report);
  if (can_difference(sample)) check_gradient(sample, report);
  if (sample.layout != Layout::Contiguous) return;
  check_masks(sample, DType::F64, report);
  check_masks(sample, DType::F32, report);
  if (can_difference(sample) && largest_extent(sample) <= kLarge)
    check_second_gradient(sample, report);
}

}  // namespace

std::string Report::summary() const {
  std::ostringstream out;
  for (size_t i = 0; i < std::min(failures_.size(), kShownFailures); ++i)
    out << failures_[i] << '\n';
  if (failures_.size() > kShownFailures)
    out << "... and " << failures_.size() - kShownFailures << " more\n";
  return out.str();
}

Report check_op(const OpRow& row, const OpCases& cases, const Reference& reference, Device device) {
  Report report;
  const GuardScope guards;
  std::vector<Sample> threaded;
  for (const OpCase& op_case : cases) {
    if (!op_case.checked) continue;
    for (const Layout layout : kLayouts) {
      report.at(to_string(op_case));
      guard(report, [&] {
        const Sample sample = make_sample(row, op_case, reference, layout, device);
        const bool large = largest_extent(sample) > kLarge;
        if (large && layout != Layout::Contiguous && layout != Layout::Transposed) return;
        if (!suits(sample)) return;
        check_sample(sample, report);
        if (layout == Layout::Contiguous) threaded.push_back(sample);
      });
    }
  }
  check_threads(threaded, report);
  report.at(row.name);
  for (const std::string& violation : take_guard_violations()) report.fail(violation);
  return report;
}

}  // namespace graft::testing
