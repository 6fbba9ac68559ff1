#include "graft/benchmarks/op_timing.h"

#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/to_device.h"
#include "op_cases/operands.h"

namespace graft::bench {
namespace {

using testing::OpCase;

Tensor random_operand(const Shape& shape, const testing::Values& values, RandomStream& random,
                      Device device) {
  if (shape == testing::kAbsent) return {};
  Tensor out = Tensor::empty(shape, values.below > 0 ? values.integer : DType::F32);
  const auto fill = [&](auto* data) {
    for (int64_t i = 0; i < shape.numel(); ++i)
      data[i] = static_cast<std::remove_reference_t<decltype(*data)>>(
          values.below > 0
              ? static_cast<float>(random.below(static_cast<uint32_t>(values.below)))
              : random.uniform(static_cast<float>(values.low), static_cast<float>(values.high)));
  };
  if (out.dtype() == DType::I64)
    fill(out.data<int64_t>());
  else if (out.dtype() == DType::I32)
    fill(out.data<int32_t>());
  else
    fill(out.data<float>());
  return to_device(out, device);
}

double filter_size(const Shape& filter) {
  return static_cast<double>(filter[1] * filter[2] * filter[3]);
}

// Two operations for each multiply-add; padding counts as if it were computed.
double product_flops(const OpCase& op_case, const Tensor& y) {
  const std::vector<Shape>& shapes = op_case.perf;
  const auto count = [](const Shape& shape) { return static_cast<double>(shape.numel()); };
  if (const auto* p = std::get_if<MatmulParams>(&op_case.params))
    return 2 * count(y.shape()) * static_cast<double>(shapes[0].at(p->transpose_a ? -2 : -1));
  if (op_case.op == "linear") return 2 * count(y.shape()) * static_cast<double>(shapes[1][1]);
  if (op_case.op == "conv2d") return 2 * count(y.shape()) * filter_size(shapes[1]);
  if (op_case.op == "conv2d_input_grad") return 2 * count(shapes[0]) * filter_size(shapes[1]);
  if (op_case.op == "conv2d_filter_grad") return 2 * count(shapes[1]) * filter_size(y.shape());
  return 0;
}

// Ops whose weight is constant in evaluation: kernels keep what they derive from it.
bool has_layer_weight(const std::string& op) { return op == "linear" || op == "conv2d"; }

double total_bytes(const std::vector<Tensor>& tensors) {
  double bytes = 0;
  for (const Tensor& tensor : tensors)
    if (tensor.defined()) bytes += static_cast<double>(tensor.bytes());
  return bytes;
}

std::string join(const std::vector<Shape>& shapes) {
  std::ostringstream out;
  for (const Shape& shape : shapes) {
    if (shape == testing::kAbsent) continue;
    for (int axis = 0; axis < shape.rank(); ++axis) out << (axis ? "x" : "") << shape[axis];
    out << ' ';
  }
  std::string text = out.str();
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::vector<Timing> time_case(const OpCase& op_case, bool forward_only, const Repeat& how) {
  const OpRow& row = op_row(op_case.op);
  RandomStream random({.seed = 5});
  std::vector<Tensor> operands;
  for (size_t i = 0; i < op_case.perf.size(); ++i)
    operands.push_back(random_operand(op_case.perf[i], op_case.values[i], random, how.device));
  Timing forward{.op = op_case.op, .shapes = join(op_case.perf)};
  {
    const NoGrad no_grad;
    if (has_layer_weight(op_case.op)) operands[1].storage().keep_forms();
    const Tensor y = row.apply(operands, op_case.params);
    forward.flops = product_flops(op_case, y);
    forward.bytes = total_bytes(operands) + static_cast<double>(y.bytes());
    forward.seconds = time_calls(how, [&] { row.apply(operands, op_case.params); }).median;
  }
  // The gradients of a convolution are ops with rows of their own.
  if (forward_only || !row.differentiable || op_case.op.find("_grad") != std::string::npos)
    return {forward};

  const auto names = testing::operands_of(row, operands.size());
  std::vector<Tensor> wanted;
  uint32_t mask = 0;
  int products = 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined() || names[i].constant || op_case.values[i].below > 0) continue;
    operands[i].set_requires_grad(true);
    wanted.push_back(operands[i]);
    mask |= 1u << i;
    if (names[i].name != "bias") ++products;
  }
  const Tensor y = row.apply(operands, op_case.params);
  if (!y.requires_grad()) return {forward};
  const Tensor cotangent = random_operand(y.shape(), {}, random, how.device);
  const auto run_backward = [&] { return gradients(y, wanted, cotangent, {.retain_graph = true}); };
  if (&run_backward().front().storage() == &cotangent.storage())
    return {forward};  // handed through
  Timing backward = forward;
  backward.backward = true;
  backward.flops = forward.flops * products;
  backward.bytes =
      total_bytes({cotangent}) + total_bytes(wanted) +
      static_cast<double>(testing::stated_bytes(row, mask, op_case.params, operands, y));
  backward.seconds = time_calls(how, run_backward).median;
  return {forward, backward};
}

}  // namespace graft::bench
