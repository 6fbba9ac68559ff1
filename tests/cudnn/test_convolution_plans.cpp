// cuDNN's plans for an H100 that is not there: that they are found, not what they compute.
#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "graft/core/numerics.h"
#include "graft/core/op_scope.h"
#include "graft/core/ops/conv2d.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/dnn/plan.h"
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

using cuda::ConvolutionCase;
using cuda::ConvolutionPass;

constexpr size_t kWorkspaceLimit = size_t{1} << 30;

ConstView of_shape(const Shape& shape, DType dtype) {
  return {nullptr, shape, shape.contiguous_strides(), dtype};
}

// A row of the table as the module asks for it.
ConvolutionCase case_of(const OpCase& row, ConvolutionPass pass, DType dtype) {
  const ModuleHost host{&slots(), &OpScope::current, &numerics, 13000};
  cuda::set_host(host);
  const auto& params = std::get<ConvParams>(row.params);
  const Shape &x = row.shapes[0], &w = row.shapes[1];
  const Shape y = conv2d_output_shape("conv2d", x, w, params.conv);
  ConvolutionCase of = cuda::convolution_case(pass, {DeviceType::Cuda, 0}, of_shape(x, dtype),
                                              of_shape(w, dtype), of_shape(y, dtype), params.conv);
  if (pass != ConvolutionPass::Forward) return of;
  of.bias = row.shapes[2] != kAbsent;
  // Clipping is a pass of its own.
  if (params.activation == Activation::Relu) of.activation = Activation::Relu;
  return of;
}

std::vector<cuda::Plan> plans_of(const ConvolutionCase& of) {
  return cuda::find_plans(nullptr, of, kWorkspaceLimit, 1);
}

const std::vector<DType> kFloating = {DType::F32, DType::F64, DType::BF16, DType::F16};

}  // namespace

TEST_CASE("every convolution of the table and both its gradients have a plan, in all dtypes") {
  for (const OpCase& row : cases_of("conv2d")) {
    for (const DType dtype : kFloating) {
      for (const ConvolutionPass pass :
           {ConvolutionPass::Forward, ConvolutionPass::InputGrad, ConvolutionPass::FilterGrad}) {
        const ConvolutionCase of = case_of(row, pass, dtype);
        CAPTURE(to_string(row));
        CAPTURE(to_string(dtype));
        CAPTURE(static_cast<int>(pass));
        CHECK(plans_of(of).empty() == of.has_empty_operand());
      }
    }
  }
}

TEST_CASE("what cuDNN refuses to describe has no plan, and is no error") {
  ConvolutionCase of = case_of(cases_of("conv2d").front(), ConvolutionPass::FilterGrad, DType::F32);
  of.stride_h = 0;
  CHECK(plans_of(of).empty());
}

TEST_CASE("a plan is made again from its text, and not from half of it") {
  const ConvolutionCase of =
      case_of(cases_of("conv2d").front(), ConvolutionPass::Forward, DType::BF16);
  const std::vector<cuda::Plan> plans = plans_of(of);
  REQUIRE(plans.size() == 1);
  const std::string text = plans.front().to_json();
  const std::optional<cuda::Plan> again = cuda::restore_plan(nullptr, text);
  REQUIRE(again);
  CHECK(again->workspace_bytes() == plans.front().workspace_bytes());
  CHECK_FALSE(cuda::restore_plan(nullptr, text.substr(0, text.size() / 2)));
}

}  // namespace graft::testing
