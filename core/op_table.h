// One row per operation. Tests, gradient checks, benchmarks and the documentation walk this table:
// an op without a row is not tested, so a test compares the rows with the declared functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "graft/core/elementwise.h"
#include "graft/core/op_params.h"
#include "graft/core/ops/batch_norm.h"
#include "graft/core/ops/loss.h"
#include "graft/core/random.h"
#include "graft/core/tensor.h"

namespace graft {

struct LayerNormParams {
  double eps = 1e-5;
};
struct DropoutParams {
  double p = 0.5;
  uint64_t stream = 0;
};
struct AxesParams {
  /// Also: order of permute, {axis} of cat, {a, b} of transpose, {from, to} of flatten.
  std::vector<int> axes;
  bool keep_axes = false;
};
struct SliceParams {
  int axis = 0;
  int64_t begin = 0, end = 0, step = 1;
};
struct PadParams {
  std::vector<int64_t> before, after;
  double value = 0;
};
struct MatmulParams {
  bool transpose_a = false, transpose_b = false;
};
struct LinearParams {
  Activation activation = Activation::None;
};
struct LossParams {
  double smoothing = 0;  ///< cross_entropy only
  Reduction reduction = Reduction::Mean;
};
struct ShapeParams {
  Shape shape;  ///< target of reshape, broadcast_to, sum_to, scatter_rows (rows); input of
                ///< max_pool2d_scatter
};
struct ConvParams {
  Conv2dParams conv;
  Activation activation = Activation::None;
};
struct ConvNormParams {
  Conv2dParams conv;
  BatchNormParams norm;
};
struct ConvGradParams {
  Conv2dParams conv;
  Shape shape;  ///< input or filter whose gradient is asked
};
struct PoolGradParams {
  Pool2dParams pool;
  Shape shape;
};
struct CastParams {
  DType dtype = DType::F32;
};
struct UnaryParams {
  UnaryKind kind = UnaryKind::Tanh;  ///< whose derivative unary_grad and unary_grad2 apply
};

/// Everything of a call that is not a tensor.
using OpParams =
    std::variant<std::monostate, ConvParams, Pool2dParams, BatchNormParams, LayerNormParams,
                 DropoutParams, AxesParams, SliceParams, PadParams, MatmulParams, LinearParams,
                 LossParams, ShapeParams, ConvNormParams, ConvGradParams, PoolGradParams,
                 CastParams, UnaryParams, ResizeWindowsParams>;

struct OpRow {
  const char* name;
  /// Names of the tensor operands in order, blank-separated; a trailing '?' marks an optional one,
  /// a trailing ':' one that never wants a gradient (labels, indices, statistics), a trailing '*'
  /// any number of them.
  const char* operands;
  Tensor (*apply)(const std::vector<Tensor>& operands, const OpParams& params);
  /// What the node keeps for a pattern of wanted gradients (bit i = operand i): names of operands,
  /// "y" for the result, and names that `extra_bytes` knows, blank-separated.
  const char* (*keeps)(uint32_t mask, const OpParams& params);
  /// Bytes of a kept tensor that is neither operand nor result (an index, a statistic); null: none.
  size_t (*extra_bytes)(std::string_view name, const std::vector<Tensor>& operands,
                        const Tensor& result) = nullptr;
  bool differentiable = true;
  bool second_derivative = true;  ///< false: backward(create_graph) says so by name
};

std::span<const OpRow> op_table();
/// Error(Argument) if there is no such row.
const OpRow& op_row(std::string_view name);

}  // namespace graft
