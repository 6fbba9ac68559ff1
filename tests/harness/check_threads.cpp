#include "graft/core/autograd/grad_mode.h"
#include "harness/checks.h"
#include "support/thread_count.h"

namespace graft::testing {
namespace {

// Result, then gradients.
Arrays everything(const Sample& sample) {
  Arrays all;
  {
    const NoGrad no_grad;
    all.push_back(
        read(sample.row.apply(place_operands(sample, DType::F32, 0), sample.op_case.params)));
  }
  const bool has_gradient =
      sample.row.differentiable && is_floating(result_dtype(sample, DType::F32));
  if (has_gradient && full_mask(sample) != 0)
    for (Array& gradient : gradients_of(sample, DType::F32, full_mask(sample)))
      all.push_back(std::move(gradient));
  return all;
}

}  // namespace

void check_threads(const std::vector<Sample>& samples, Report& report) {
  std::vector<Arrays> alone;
  for (const int threads : {1, 2, 3}) {
    const ThreadCount scope(threads);
    for (size_t i = 0; i < samples.size(); ++i) {
      report.at(describe(samples[i], DType::F32));
      guard(report, [&] {
        Arrays found = everything(samples[i]);
        if (threads == 1) {
          alone.push_back(std::move(found));
          return;
        }
        for (size_t k = 0; k < found.size(); ++k)
          if (found[k].values != alone.at(i)[k].values)
            report.fail(k ? "a gradient" : "the result", " differs between 1 and ", threads,
                        " threads");
      });
      if (threads == 1 && alone.size() == i) alone.emplace_back();
    }
  }
}

}  // namespace graft::testing
