#include "graft/core/ops/matmul.h"

#include "graft/core/autocast.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/operand_checks.h"

namespace graft {
namespace {

struct MatmulNode final : Node {
  MatmulNode(bool transpose_a, bool transpose_b) : ta(transpose_a), tb(transpose_b) {}
  const bool ta, tb;
  Saved a, b;
  const char* name() const override { return "matmul"; }
  void release() override { a = {}, b = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor& g = grad[0];
    Tensor da, db;
    if (wants(0)) da = ta ? matmul(b.get(*this), g, tb, true) : matmul(g, b.get(*this), false, !tb);
    if (wants(1)) db = tb ? matmul(g, a.get(*this), true, ta) : matmul(a.get(*this), g, !ta, false);
    return {da, db};
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  const OpScope scope("matmul");
  if (AutocastScope::current())
    return run_narrow([&](auto&... in) { return matmul(in..., transpose_a, transpose_b); }, a, b);
  const int rank = a.rank();
  check((rank == 2 || rank == 3) && b.rank() == rank && (rank == 2 || a.dim(0) == b.dim(0)),
        ErrorKind::Shape, "matmul: needs two matrices or two equal batches of them: lhs ",
        a.shape(), " rhs ", b.shape());
  check(a.dtype() == b.dtype() && computes_in(a.device(), a.dtype()), ErrorKind::DType,
        "matmul: needs two f32 or two f64 operands: lhs ", a.dtype(), " rhs ", b.dtype());
  const int64_t m = a.dim(transpose_a ? -1 : -2), k = a.dim(transpose_a ? -2 : -1);
  const int64_t n = b.dim(transpose_b ? -2 : -1), kb = b.dim(transpose_b ? -1 : -2);
  check(k == kb, ErrorKind::Shape, "matmul: inner dimensions differ: lhs ", a.shape(),
        transpose_a ? " transposed" : "", " rhs ", b.shape(), transpose_b ? " transposed" : "");
  const Shape shape = rank == 2 ? Shape{m, n} : Shape{a.dim(0), m, n};
  Tensor y = Tensor::empty(shape, a.dtype(), a.device());
  run(slots().gemm, a, transpose_a, b, transpose_b, y);
  if (const Mask need = needs_grad({&a, &b})) {
    auto node = std::make_shared<MatmulNode>(transpose_a, transpose_b);
    if (need & 0b01) node->b = Saved::input(b, 1);
    if (need & 0b10) node->a = Saved::input(a, 0);
    attach(y, node, {&a, &b});
  }
  return y;
}

}  // namespace graft
