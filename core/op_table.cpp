#include "graft/core/op_table.h"

#include "graft/core/ops.h"

namespace graft {
namespace {

using Operands = const std::vector<Tensor>&;

template <class Params>
const Params& get(const OpParams& params) {
  return std::get<Params>(params);
}

// Rows of the unary family: KeepX keeps "x", KeepY keeps "y", KeepNothing "".
constexpr const char* KeepX = "x";
constexpr const char* KeepY = "y";
constexpr const char* KeepNothing = "";

template <const char* const& kKept>
const char* keeps_always(uint32_t mask, const OpParams&) {
  return mask ? kKept : "";
}

// A product of x and a weight, with what its activation's gradient reads.
const char* keeps_of_layer(uint32_t mask, Activation activation) {
  constexpr const char* kept[] = {"", "weight", "x", "x weight"};
  constexpr const char* with_y[] = {"y", "weight y", "x y", "x weight y"};
  const bool y = mask && activation != Activation::None;
  return (y ? with_y : kept)[mask & 0b11];
}

const char* keeps_nothing(uint32_t, const OpParams&) { return ""; }

// Each gradient of a product reads the other factor.
const char* keeps_other(uint32_t mask, const OpParams&) {
  constexpr const char* kept[] = {"", "b", "a", "a b"};
  return kept[mask];
}

// Bytes of a kept tensor as large as the first operand.
size_t first_operand_bytes(std::string_view, Operands x, const Tensor&) { return x[0].bytes(); }

// A kept vector [C] of a normaliser, C being the last axis of x.
size_t channel_bytes(std::string_view, Operands x, const Tensor&) {
  return static_cast<size_t>(x[0].dim(-1)) * size_of(x[0].dtype());
}

// A kept number for each row of x.
size_t row_bytes(std::string_view, Operands x, const Tensor&) {
  return x[0].bytes() / static_cast<size_t>(x[0].dim(-1));
}

// batch_norm_train computes its result again, from what is kept and beta, unless a residual (the
// fourth operand) is part of it.
size_t train_norm_bytes(std::string_view name, Operands x, const Tensor& y) {
  return name == "beta_or_y" && x[3].defined() ? y.bytes() : channel_bytes(name, x, y);
}

// What conv2d and batch_norm_train keep together, of x, weight and gamma in the mask's lowest bits;
// "conv" is the convolution's result.
const char* keeps_of_conv_norm(uint32_t mask, bool activated) {
  constexpr const char* plain[] = {"", "weight conv mean rstd scale gamma",
                                   "x conv mean rstd scale gamma",
                                   "x weight conv mean rstd scale gamma", "conv mean rstd scale"};
  constexpr const char* with_kink[] = {
      "y", "weight conv mean rstd scale gamma beta_or_y", "x conv mean rstd scale gamma beta_or_y",
      "x weight conv mean rstd scale gamma beta_or_y", "conv mean rstd scale beta_or_y"};
  const uint32_t which = mask & 3 ? mask & 3 : mask & 4;
  return (mask && activated ? with_kink : plain)[which];
}

size_t conv_norm_bytes(std::string_view name, Operands x, const Tensor& y) {
  const bool image = name == "conv" || (name == "beta_or_y" && x[4].defined());
  return image ? y.bytes() : x[2].bytes();
}

const OpRow kRows[] = {
#define UNARY(name, functor, keeps)                                                         \
  {#name, "x", [](Operands x, const OpParams&) { return unary(UnaryKind::functor, x[0]); }, \
   keeps_always<keeps>},
#include "graft/core/ops/unary.def"
#undef UNARY
    {.name = "unary_grad",
     .operands = "g k",
     .apply = [](Operands x,
                 const OpParams& p) { return unary_grad(get<UnaryParams>(p).kind, x[0], x[1]); },
     .keeps =
         [](uint32_t mask, const OpParams&) {
           constexpr const char* kept[] = {"", "k", "g k", "g k"};
           return kept[mask];
         },
     .second_derivative = false},  // towards k it would be a third derivative of the function
    {"unary_grad2", "g k:",        // towards k it would be a third derivative, too
     [](Operands x, const OpParams& p) {
       return unary_grad2(get<UnaryParams>(p).kind, x[0], x[1]);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "k" : ""; }},
    // elementwise, binary
    {"add", "a b", [](Operands x, const OpParams&) { return add(x[0], x[1]); }, keeps_nothing},
    {"sub", "a b", [](Operands x, const OpParams&) { return sub(x[0], x[1]); }, keeps_nothing},
    {"mul", "a b", [](Operands x, const OpParams&) { return mul(x[0], x[1]); }, keeps_other},
    {"div", "a b", [](Operands x, const OpParams&) { return div(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) {
       constexpr const char* kept[] = {"", "b", "a b", "a b"};
       return kept[mask];
     }},
    {"maximum", "a b", [](Operands x, const OpParams&) { return maximum(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) { return mask ? "a b" : ""; }},
    {"minimum", "a b", [](Operands x, const OpParams&) { return minimum(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) { return mask ? "a b" : ""; }},
    {.name = "greater",
     .operands = "a b",
     .apply = [](Operands x, const OpParams&) { return greater(x[0], x[1]); },
     .keeps = keeps_nothing,
     .differentiable = false},
    {.name = "equal",
     .operands = "a b",
     .apply = [](Operands x, const OpParams&) { return equal(x[0], x[1]); },
     .keeps = keeps_nothing,
     .differentiable = false},
    // reductions
    {"sum", "x",
     [](Operands x, const OpParams& p) {
       const auto& over = get<AxesParams>(p);
       return sum(x[0], over.axes, over.keep_axes);
     },
     keeps_nothing},
    {"mean", "x",
     [](Operands x, const OpParams& p) {
       const auto& over = get<AxesParams>(p);
       return mean(x[0], over.axes, over.keep_axes);
     },
     keeps_nothing},
    {"max", "x",
     [](Operands x, const OpParams& p) {
       const auto& over = get<AxesParams>(p);
       return max(x[0], over.axes, over.keep_axes);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "x y" : ""; }},
    {.name = "argmax",
     .operands = "x",
     .apply = [](Operands x, const OpParams&) { return argmax(x[0]); },
     .keeps = keeps_nothing,
     .differentiable = false},
    {"sum_to", "x",
     [](Operands x, const OpParams& p) { return sum_to(x[0], get<ShapeParams>(p).shape); },
     keeps_nothing},
    {"broadcast_to", "x",
     [](Operands x, const OpParams& p) { return broadcast_to(x[0], get<ShapeParams>(p).shape); },
     keeps_nothing},
    // shape
    {"reshape", "x",
     [](Operands x, const OpParams& p) { return reshape(x[0], get<ShapeParams>(p).shape); },
     keeps_nothing},
    {"flatten", "x",
     [](Operands x, const OpParams& p) {
       const auto& axes = get<AxesParams>(p).axes;
       return flatten(x[0], axes.at(0), axes.at(1));
     },
     keeps_nothing},
    {"permute", "x",
     [](Operands x, const OpParams& p) { return permute(x[0], get<AxesParams>(p).axes); },
     keeps_nothing},
    {"transpose", "x",
     [](Operands x, const OpParams& p) {
       const auto& axes = get<AxesParams>(p).axes;
       return transpose(x[0], axes.at(0), axes.at(1));
     },
     keeps_nothing},
    {"slice", "x",
     [](Operands x, const OpParams& p) {
       const auto& range = get<SliceParams>(p);
       return slice(x[0], range.axis, range.begin, range.end, range.step);
     },
     keeps_nothing},
    {"contiguous", "x", [](Operands x, const OpParams&) { return contiguous(x[0]); },
     keeps_nothing},
    {"cat", "parts*",
     [](Operands x, const OpParams& p) { return cat(x, get<AxesParams>(p).axes.at(0)); },
     keeps_nothing},
    {"pad", "x",
     [](Operands x, const OpParams& p) {
       const auto& amounts = get<PadParams>(p);
       return pad(x[0], amounts.before, amounts.after, amounts.value);
     },
     keeps_nothing},
    {"cast", "x",
     [](Operands x, const OpParams& p) { return cast(x[0], get<CastParams>(p).dtype); },
     keeps_nothing},
    {"gather_rows", "x rows:", [](Operands x, const OpParams&) { return gather_rows(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) { return mask ? "rows" : ""; }},
    {"scatter_rows", "x rows:",
     [](Operands x, const OpParams& p) {
       return scatter_rows(x[0], x[1], get<ShapeParams>(p).shape[0]);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "rows" : ""; }},
    {.name = "resize_windows",
     .operands = "pixels: windows: values",
     .apply =
         [](Operands x, const OpParams& p) {
           return resize_windows(x[0], x[1], x[2], get<ResizeWindowsParams>(p));
         },
     .keeps = keeps_nothing,
     .differentiable = false},
    // products
    {"matmul", "a b",
     [](Operands x, const OpParams& p) {
       const auto& flags = get<MatmulParams>(p);
       return matmul(x[0], x[1], flags.transpose_a, flags.transpose_b);
     },
     keeps_other},
    {"linear", "x weight bias?",
     [](Operands x, const OpParams& p) {
       return linear(x[0], x[1], x[2], get<LinearParams>(p).activation);
     },
     [](uint32_t mask, const OpParams& p) {
       return keeps_of_layer(mask, get<LinearParams>(p).activation);
     }},
    // convolution
    {"conv2d", "x weight bias?",
     [](Operands x, const OpParams& p) {
       const auto& [conv, activation] = get<ConvParams>(p);
       return conv2d(x[0], x[1], x[2], conv, activation);
     },
     [](uint32_t mask, const OpParams& p) {
       return keeps_of_layer(mask, get<ConvParams>(p).activation);
     }},
    {"conv2d_input_grad", "dy weight",
     [](Operands x, const OpParams& p) {
       const auto& grad = get<ConvGradParams>(p);
       return conv2d_input_grad(x[0], x[1], grad.shape, grad.conv);
     },
     [](uint32_t mask, const OpParams&) {
       constexpr const char* kept[] = {"", "weight", "dy", "dy weight"};
       return kept[mask];
     }},
    {"conv2d_filter_grad", "x dy",
     [](Operands x, const OpParams& p) {
       const auto& grad = get<ConvGradParams>(p);
       return conv2d_filter_grad(x[0], x[1], grad.shape, grad.conv);
     },
     [](uint32_t mask, const OpParams&) {
       constexpr const char* kept[] = {"", "dy", "x", "x dy"};
       return kept[mask];
     }},
    // pooling
    {"max_pool2d", "x",
     [](Operands x, const OpParams& p) { return max_pool2d(x[0], get<Pool2dParams>(p)); },
     [](uint32_t mask, const OpParams&) { return mask ? "index" : ""; },
     [](std::string_view, Operands, const Tensor& y) {
       return static_cast<size_t>(y.numel()) * size_of(DType::I32);
     }},
    {"max_pool2d_gather",
     "x index:", [](Operands x, const OpParams&) { return max_pool2d_gather(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) { return mask ? "index" : ""; }},
    {"max_pool2d_scatter", "g index:",
     [](Operands x, const OpParams& p) {
       return max_pool2d_scatter(x[0], x[1], get<ShapeParams>(p).shape);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "index" : ""; }},
    {"avg_pool2d", "x",
     [](Operands x, const OpParams& p) { return avg_pool2d(x[0], get<Pool2dParams>(p)); },
     keeps_nothing},
    {"avg_pool2d_grad", "g",
     [](Operands x, const OpParams& p) {
       const auto& grad = get<PoolGradParams>(p);
       return avg_pool2d_grad(x[0], grad.shape, grad.pool);
     },
     keeps_nothing},
    {"global_avg_pool2d", "x", [](Operands x, const OpParams&) { return global_avg_pool2d(x[0]); },
     keeps_nothing},
    // normalisation
    {"batch_norm_train", "x gamma beta residual?",
     [](Operands x, const OpParams& p) {
       return batch_norm_train(x[0], x[1], x[2], {}, {}, get<BatchNormParams>(p), x[3]);
     },
     [](uint32_t mask, const OpParams& p) {
       const uint32_t x = mask & 1, gamma = mask & 2;
       const bool y = mask && get<BatchNormParams>(p).activation != Activation::None;
       if (x) return y ? "x mean rstd scale gamma beta_or_y" : "x mean rstd scale gamma";
       if (gamma) return y ? "x mean rstd scale beta_or_y" : "x mean rstd scale";
       return y ? "y" : "";
     },
     train_norm_bytes},
    {"conv2d_batch_norm_train", "x weight gamma beta residual?",
     [](Operands x, const OpParams& p) {
       const auto& [conv, norm] = get<ConvNormParams>(p);
       return conv2d_batch_norm_train(x[0], x[1], x[2], x[3], {}, {}, conv, norm, x[4]);
     },
     [](uint32_t mask, const OpParams& p) {
       return keeps_of_conv_norm(mask, get<ConvNormParams>(p).norm.activation != Activation::None);
     },
     conv_norm_bytes},
    {"batch_norm_eval", "x gamma beta running_mean: running_var: residual?",
     [](Operands x, const OpParams& p) {
       return batch_norm_eval(x[0], x[1], x[2], x[3], x[4], get<BatchNormParams>(p), x[5]);
     },
     [](uint32_t mask, const OpParams& p) {
       const uint32_t x = mask & 1, gamma = mask & 2;
       const bool y = mask && get<BatchNormParams>(p).activation != Activation::None;
       if (x && gamma) return y ? "x mean rstd gamma y" : "x mean rstd gamma";
       if (gamma) return y ? "x mean rstd y" : "x mean rstd";
       if (x) return y ? "scale y" : "scale";
       return y ? "y" : "";
     },
     channel_bytes},
    {"layer_norm", "x gamma beta",
     [](Operands x, const OpParams& p) {
       return layer_norm(x[0], x[1], x[2], get<LayerNormParams>(p).eps);
     },
     [](uint32_t mask, const OpParams&) {
       if (mask & 1) return "x gamma mean rstd";
       return mask & 2 ? "x mean rstd" : "";
     },
     row_bytes},
    // softmax and losses
    {"softmax", "x", [](Operands x, const OpParams&) { return softmax(x[0]); },
     keeps_always<KeepY>},
    {"log_softmax", "x", [](Operands x, const OpParams&) { return log_softmax(x[0]); },
     keeps_always<KeepY>},
    {"cross_entropy", "logits labels:",
     [](Operands x, const OpParams& p) {
       const auto& loss = get<LossParams>(p);
       return cross_entropy(x[0], x[1], loss.smoothing, loss.reduction);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "probabilities labels" : ""; },
     first_operand_bytes},
    {"mse_loss", "prediction target",
     [](Operands x, const OpParams& p) {
       return mse_loss(x[0], x[1], get<LossParams>(p).reduction);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "difference" : ""; }, first_operand_bytes},
    // random
    {"dropout", "x key:",
     [](Operands x, const OpParams& p) {
       const auto& params = get<DropoutParams>(p);
       return dropout(x[0], params.p, x[1], params.stream);
     },
     [](uint32_t mask, const OpParams& p) {
       return mask && get<DropoutParams>(p).p > 0 ? "key" : "";
     }},
};

}  // namespace

std::span<const OpRow> op_table() { return kRows; }

const OpRow& op_row(std::string_view name) {
  for (const OpRow& row : kRows)
    if (row.name == name) return row;
  fail(ErrorKind::Argument, "op_table: no row named '", name, "'");
}

}  // namespace graft
