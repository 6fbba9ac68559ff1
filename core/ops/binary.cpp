#include "graft/core/ops/binary.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/unary.h"

namespace graft {
namespace {

constexpr const char* kNames[] = {
#define BINARY(name, functor) #name,
#include "graft/core/ops/binary.def"
#undef BINARY
};

const char* name_of(BinaryKind kind) { return kNames[static_cast<size_t>(kind)]; }

bool differentiable(BinaryKind kind) {
  return kind != BinaryKind::Greater && kind != BinaryKind::Equal;
}

// Whether the gradient towards an input reads a and b.
struct Reads {
  bool a, b;
};
Reads gradient_reads(BinaryKind kind, int input) {
  switch (kind) {
    case BinaryKind::Mul:
      return {input == 1, input == 0};
    case BinaryKind::Div:
      return {input == 1, true};
    case BinaryKind::Maximum:
    case BinaryKind::Minimum:
      return {true, true};
    default:
      return {false, false};
  }
}

struct BinaryNode final : Node {
  explicit BinaryNode(BinaryKind of) : kind(of) {}
  const BinaryKind kind;
  Saved a, b;
  const char* name() const override { return name_of(kind); }
  bool broadcasts() const override { return true; }
  void release() override { a = {}, b = {}; }

  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {wants(0) ? towards(0, grad[0]) : Tensor(), wants(1) ? towards(1, grad[0]) : Tensor()};
  }

 private:
  Tensor towards(int input, const Tensor& g) const {
    switch (kind) {
      case BinaryKind::Add:
        return g;
      case BinaryKind::Sub:
        return input == 0 ? g : neg(g);
      case BinaryKind::Mul:
        return mul(g, input == 0 ? b.get(*this) : a.get(*this));
      case BinaryKind::Div: {
        const Tensor quotient = div(g, b.get(*this));
        return input == 0 ? quotient : neg(mul(quotient, div(a.get(*this), b.get(*this))));
      }
      case BinaryKind::Maximum:
        return mul(g, share(input == 0));
      case BinaryKind::Minimum:
        return mul(g, share(input == 1));
      default:
        fail(ErrorKind::Internal, name_of(kind), ": has no gradient");
    }
  }

  // 1 where a > b (or b > a), a half where they are equal.
  Tensor share(bool a_larger) const {
    const Tensor x = a.get(*this), y = b.get(*this);
    return add(a_larger ? greater(x, y) : greater(y, x), mul(equal(x, y), 0.5));
  }
};

// A product with a number: the number travels in the node, and nothing is kept.
struct ScaleNode final : Node {
  explicit ScaleNode(double by) : factor(by) {}
  const double factor;
  const char* name() const override { return "mul"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {mul(grad[0], factor)};
  }
};

Tensor scalar_like(const Tensor& a, double value) {
  return Tensor::full({}, value, a.dtype(), a.device());
}

}  // namespace

Tensor binary(BinaryKind kind, const Tensor& a, const Tensor& b) {
  const OpScope scope(name_of(kind));
  check_same_floating(name_of(kind), a, b);
  const Shape shape = broadcast_shapes(name_of(kind), a.shape(), b.shape());
  Tensor y = Tensor::empty(shape, a.dtype(), a.device());
  run(slots().binary, kind, broadcast_view(a, shape), broadcast_view(b, shape), y);
  const Mask need = differentiable(kind) ? needs_grad({&a, &b}) : 0;
  if (need) {
    auto node = std::make_shared<BinaryNode>(kind);
    for (const int input : {0, 1}) {
      if (!(need >> input & 1)) continue;
      const Reads reads = gradient_reads(kind, input);
      if (reads.a) node->a = Saved::input(a, 0);
      if (reads.b) node->b = Saved::input(b, 1);
    }
    attach(y, node, {&a, &b});
  }
  return y;
}

#define BINARY(name, functor) \
  Tensor name(const Tensor& a, const Tensor& b) { return binary(BinaryKind::functor, a, b); }
#include "graft/core/ops/binary.def"
#undef BINARY

Tensor add(const Tensor& a, double b) { return add(a, scalar_like(a, b)); }

Tensor mul(const Tensor& a, double b) {
  Tensor y = mul(a.detach(), scalar_like(a, b));
  if (needs_grad({&a})) attach(y, std::make_shared<ScaleNode>(b), {&a});
  return y;
}

}  // namespace graft
