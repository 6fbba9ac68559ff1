#include <algorithm>
#include <set>

#include "graft/core/allocator.h"
#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "harness/checks.h"

namespace graft::testing {
namespace {

size_t live_bytes(Device device) { return allocator(device).stats().live; }

bool has_gradient(const Sample& sample, DType dtype) {
  return sample.row.differentiable && is_floating(result_dtype(sample, dtype));
}

// The node must not compute what nobody wants. Only for ops that are one node over their operands.
void check_unwanted(const Sample& sample, uint32_t mask, const std::shared_ptr<Node>& node,
                    const Tensor& y, Report& report) {
  if (node->inputs.size() != sample.operands.size() || node->name() != std::string(sample.row.name))
    return;
  const NoGrad no_grad;
  const auto found =
      node->backward({place(sample.cotangent, y.dtype(), Layout::Contiguous, sample.device)});
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i].defined() && !(mask >> i & 1))
      report.fail("mask ", mask, ": computes a gradient towards ", sample.operands[i].name,
                  ", which nobody wants");
}

void check_mask(const Sample& sample, DType dtype, uint32_t mask, const Arrays& full,
                Report& report) {
  const size_t before = live_bytes(sample.device);
  std::vector<Tensor> operands = place_operands(sample, dtype, mask);
  Tensor y = sample.row.apply(operands, sample.op_case.params);
  std::shared_ptr<Node> node = producer_of(y);
  // An op that has nothing to do may hand back its operand.
  const bool same = y.impl_ptr() == operands[0].impl_ptr();
  const bool differentiable = mask != 0 && has_gradient(sample, dtype) && !same;
  if ((node != nullptr) != differentiable || (y.requires_grad() != differentiable && !same))
    return report.fail("mask ", mask, node ? ": records a node" : ": records no node");
  const size_t stated =
      differentiable ? stated_bytes(sample.row, mask, sample.op_case.params, operands, y) : 0;
  if (node) check_unwanted(sample, mask, node, y, report);

  operands.clear();
  y = {};
  const size_t kept = live_bytes(sample.device) - before;
  if (kept != stated)
    report.fail("mask ", mask, ": keeps ", kept, " bytes, its row says ", stated, " (",
                differentiable ? sample.row.keeps(mask, sample.op_case.params) : "nothing", ')');
  node.reset();
  if (mask != 0 && has_gradient(sample, dtype)) {
    const Arrays some = gradients_of(sample, dtype, mask);
    for (size_t i = 0; i < some.size(); ++i)
      if (mask >> i & 1)
        compare("gradient under this mask", some[i], full[i], 1e-6 * largest(full[i]), 0, report);
  }
  if (const size_t after = live_bytes(sample.device); after != before)
    report.fail("mask ", mask, ": ", after - before, " bytes remain when all is dropped");
}

}  // namespace

void check_masks(const Sample& sample, DType dtype, Report& report) {
  report.at(describe(sample, dtype));
  guard(report, [&] {
    const uint32_t all = full_mask(sample);
    Arrays full(sample.inputs.size());
    if (all && has_gradient(sample, dtype)) full = gradients_of(sample, dtype, all);
    for (uint32_t mask = all;; mask = (mask - 1) & all) {
      check_mask(sample, dtype, mask, full, report);
      if (mask == 0) break;
    }
  });
}

}  // namespace graft::testing
