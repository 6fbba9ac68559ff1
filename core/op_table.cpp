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
    // normalisation
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
