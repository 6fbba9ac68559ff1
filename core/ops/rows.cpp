// Rows by number. Gather and scatter are each other's gradient, so every order exists.
#include "graft/core/ops/rows.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/operand_checks.h"

namespace graft {
namespace {

struct GatherRowsNode final : Node {
  explicit GatherRowsNode(int64_t of) : count(of) {}
  const int64_t count;
  Saved rows;
  const char* name() const override { return "gather_rows"; }
  void release() override { rows = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {scatter_rows(grad[0], rows.get(*this), count)};
  }
};

struct ScatterRowsNode final : Node {
  Saved rows;
  const char* name() const override { return "scatter_rows"; }
  void release() override { rows = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {gather_rows(grad[0], rows.get(*this))};
  }
};

Shape with_rows(const Shape& shape, int64_t rows) {
  Shape out = shape;
  out[0] = rows;
  return out;
}

}  // namespace

Tensor gather_rows(const Tensor& x, const Tensor& rows) {
  const OpScope scope("gather_rows");
  check(x.rank() >= 1, ErrorKind::Shape, "gather_rows: x has no rows: ", x.shape());
  check_index("gather_rows", "rows", rows, x.dim(0));
  Tensor y = Tensor::empty(with_rows(x.shape(), rows.dim(0)), x.dtype(), x.device());
  run(slots().gather_rows, x, rows, y);
  if (needs_grad({&x})) {
    auto node = std::make_shared<GatherRowsNode>(x.dim(0));
    node->rows = Saved::constant(rows);
    attach(y, node, {&x});
  }
  return y;
}

Tensor scatter_rows(const Tensor& x, const Tensor& rows, int64_t count) {
  const OpScope scope("scatter_rows");
  check_floating("scatter_rows", x);
  check(count >= 0, ErrorKind::Argument, "scatter_rows: negative count ", count);
  check_index("scatter_rows", "rows", rows, count);
  check(x.rank() >= 1 && x.dim(0) == rows.dim(0), ErrorKind::Shape, "scatter_rows: ", rows.dim(0),
        " numbers for the rows of ", x.shape());
  Tensor y = Tensor::empty(with_rows(x.shape(), count), x.dtype(), x.device());
  run(slots().scatter_rows, x, rows, y);
  if (needs_grad({&x})) {
    auto node = std::make_shared<ScatterRowsNode>();
    node->rows = Saved::constant(rows);
    attach(y, node, {&x});
  }
  return y;
}

}  // namespace graft
