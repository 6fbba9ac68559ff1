// Ops that are wrong on purpose: what the harness must find. Each stands in the `apply` of a row.
#pragma once

#include <algorithm>
#include <cmath>

#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/op_table.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/unary.h"
#include "graft/core/parallel.h"

namespace graft::testing {

using Operands = const std::vector<Tensor>&;

/// Hands the gradients of a graph of its own through `kSpoil`. Records no graph of the gradients,
/// so that even unspoilt ones are constants to a second derivative.
template <Tensor (*kSpoil)(const Tensor&)>
struct SpoiltNode final : Node {
  std::vector<Tensor> leaves;
  Tensor result;
  const char* name() const override { return "spoilt"; }
  void release() override { leaves.clear(), result = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    std::vector<Tensor> found = gradients(result, leaves, grad[0].detach(), {.retain_graph = true});
    for (Tensor& gradient : found) gradient = kSpoil(gradient.detach());
    return found;
  }
};

/// The op of the row named kOp with spoilt gradients. Every operand must want one.
template <const char* const& kOp, Tensor (*kSpoil)(const Tensor&)>
Tensor with_gradients(Operands operands, const OpParams& params) {
  if (!grad_enabled() || !operands[0].requires_grad()) {
    const NoGrad no_grad;
    return op_row(kOp).apply(operands, params);
  }
  auto node = std::make_shared<SpoiltNode<kSpoil>>();
  std::vector<const Tensor*> inputs;
  for (const Tensor& operand : operands) {
    node->leaves.push_back(operand.detach().set_requires_grad(true));
    inputs.push_back(&operand);
  }
  node->result = op_row(kOp).apply(node->leaves, params);
  Tensor y = node->result.detach();
  attach(y, node, inputs);
  return y;
}

inline Tensor intact(const Tensor& g) { return g; }
inline Tensor zeroed(const Tensor& g) { return Tensor::zeros(g.shape(), g.dtype()); }
inline Tensor one_percent_more(const Tensor& g) { return mul(g, 1.01); }
inline Tensor coarse_in_f32(const Tensor& g) {
  return g.dtype() == DType::F32 ? mul(g, 1.00005) : g;
}
/// Nothing in place of the smallest element, in f32.
inline Tensor without_smallest_in_f32(const Tensor& g) {
  if (g.dtype() != DType::F32 || g.numel() < 2) return g;
  Tensor spoilt = g.clone();
  float* const first = spoilt.data<float>();
  *std::min_element(first, first + g.numel(),
                    [](float a, float b) { return std::abs(a) < std::abs(b); }) = 0;
  return spoilt;
}

/// exp, one percent too large.
inline Tensor exp_too_large(Operands x, const OpParams&) { return mul(exp(x[0]), 1.01); }

/// exp that leaves the last element of its result as it found the memory.
inline Tensor exp_without_last(Operands x, const OpParams&) {
  Tensor y = exp(x[0]).detach();
  if (y.numel() > 0)
    std::fill_n(static_cast<std::byte*>(y.raw_data()) + y.bytes() - size_of(y.dtype()),
                size_of(y.dtype()), std::byte{0xff});
  return y;
}

/// exp that writes a byte `kOffset` from the start (negative) or the end of its result.
template <int kOffset>
Tensor exp_out_of_bounds(Operands x, const OpParams&) {
  Tensor y = exp(x[0]).detach();
  auto* const first = static_cast<unsigned char*>(y.raw_data());
  first[kOffset < 0 ? kOffset : static_cast<std::ptrdiff_t>(y.bytes()) + kOffset] = 0;
  return y;
}

/// exp that takes every operand for contiguous.
inline Tensor exp_without_strides(Operands x, const OpParams&) {
  return exp(x[0].alias(x[0].shape(), x[0].shape().contiguous_strides(), x[0].impl().offset));
}

/// exp whose result depends on the number of threads.
inline Tensor exp_by_threads(Operands x, const OpParams&) {
  return mul(exp(x[0]), 1.0 + 1e-7 * num_threads());
}

/// exp that overwrites its operand.
inline Tensor exp_in_place(Operands x, const OpParams&) {
  Tensor y = exp(x[0]).detach();
  if (x[0].numel() > 0) *static_cast<unsigned char*>(x[0].raw_data()) ^= 1;
  return y;
}

/// exp that keeps every operand for ever.
inline Tensor exp_leaking(Operands x, const OpParams&) {
  static auto* const kept = new std::vector<Tensor>;
  kept->push_back(x[0].clone());
  return exp(x[0]);
}

struct EagerMulNode final : Node {
  Saved a, b;
  const char* name() const override { return "mul"; }
  void release() override { a = {}, b = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {mul(grad[0], b.get(*this)), mul(grad[0], a.get(*this))};
  }
};

/// mul that keeps both operands and computes both gradients, whoever asks for what.
inline Tensor mul_eager(Operands x, const OpParams&) {
  Tensor y = mul(x[0], x[1]).detach();
  if (needs_grad({&x[0], &x[1]})) {
    auto node = std::make_shared<EagerMulNode>();
    node->a = Saved::input(x[0], 0);
    node->b = Saved::input(x[1], 1);
    attach(y, node, {&x[0], &x[1]});
  }
  return y;
}

}  // namespace graft::testing
