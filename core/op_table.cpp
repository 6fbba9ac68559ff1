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

// A kept vector [C] of a normaliser, C being the last axis of x.
size_t channel_bytes(std::string_view, Operands x, const Tensor&) {
  return static_cast<size_t>(x[0].dim(-1)) * size_of(x[0].dtype());
}

const OpRow kRows[] = {
#define UNARY(name, functor, keeps)                                                         \
  {#name, "x", [](Operands x, const OpParams&) { return unary(UnaryKind::functor, x[0]); }, \
   keeps_always<keeps>},
#include "graft/core/ops/unary.def"
#undef UNARY
    // elementwise, binary
    {"add", "a b", [](Operands x, const OpParams&) { return add(x[0], x[1]); },
     [](uint32_t, const OpParams&) { return ""; }},
    {"sub", "a b", [](Operands x, const OpParams&) { return sub(x[0], x[1]); },
     [](uint32_t, const OpParams&) { return ""; }},
    {"mul", "a b", [](Operands x, const OpParams&) { return mul(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) {
       constexpr const char* kept[] = {"", "b", "a", "a b"};
       return kept[mask];
     }},
    // reductions
    // shape
    // products
    {"matmul", "a b",
     [](Operands x, const OpParams& p) {
       const auto& flags = get<MatmulParams>(p);
       return matmul(x[0], x[1], flags.transpose_a, flags.transpose_b);
     },
     [](uint32_t mask, const OpParams&) {
       constexpr const char* kept[] = {"", "b", "a", "a b"};
       return kept[mask];
     }},
    // convolution
    // pooling
    {"max_pool2d", "x",
     [](Operands x, const OpParams& p) { return max_pool2d(x[0], get<Pool2dParams>(p)); },
     [](uint32_t mask, const OpParams&) { return mask ? "index" : ""; },
     [](std::string_view, Operands, const Tensor& y) {
       return static_cast<size_t>(y.numel()) * size_of(DType::I32);
     }},
    {"max_pool2d_gather", "x index:",
     [](Operands x, const OpParams&) { return max_pool2d_gather(x[0], x[1]); },
     [](uint32_t mask, const OpParams&) { return mask ? "index" : ""; }},
    {"max_pool2d_scatter", "g index:",
     [](Operands x, const OpParams& p) {
       return max_pool2d_scatter(x[0], x[1], get<ShapeParams>(p).shape);
     },
     [](uint32_t mask, const OpParams&) { return mask ? "index" : ""; }},
    {"avg_pool2d", "x",
     [](Operands x, const OpParams& p) { return avg_pool2d(x[0], get<Pool2dParams>(p)); },
     [](uint32_t, const OpParams&) { return ""; }},
    {"avg_pool2d_grad", "g",
     [](Operands x, const OpParams& p) {
       const auto& grad = get<PoolGradParams>(p);
       return avg_pool2d_grad(x[0], grad.shape, grad.pool);
     },
     [](uint32_t, const OpParams&) { return ""; }},
    {"global_avg_pool2d", "x",
     [](Operands x, const OpParams&) { return global_avg_pool2d(x[0]); },
     [](uint32_t, const OpParams&) { return ""; }},
    // normalisation
    {"batch_norm_train", "x gamma beta residual?",
     [](Operands x, const OpParams& p) {
       return batch_norm_train(x[0], x[1], x[2], {}, {}, get<BatchNormParams>(p), x[3]);
     },
     [](uint32_t mask, const OpParams& p) {
       const uint32_t x = mask & 1, gamma = mask & 2;
       const bool y = mask && get<BatchNormParams>(p).activation != Activation::None;
       if (x) return y ? "x mean rstd gamma y" : "x mean rstd gamma";
       if (gamma) return y ? "x mean rstd y" : "x mean rstd";
       return y ? "y" : "";
     },
     channel_bytes},
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
    // softmax and losses
    // random
};

}  // namespace

std::span<const OpRow> op_table() { return kRows; }

const OpRow& op_row(std::string_view name) {
  for (const OpRow& row : kRows)
    if (row.name == name) return row;
  fail(ErrorKind::Argument, "op_table: no row named '", name, "'");
}

}  // namespace graft
