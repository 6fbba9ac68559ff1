#include "graft/core/ops/unary.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/operand_checks.h"

namespace graft {
namespace {

enum class Keeps : uint8_t { KeepX, KeepY, KeepNothing };

struct Info {
  const char* name;
  Keeps keeps;
};

constexpr Info kInfo[] = {
#define UNARY(name, functor, keeps) {#name, Keeps::keeps},
#include "graft/core/ops/unary.def"
#undef UNARY
};

const Info& info(UnaryKind kind) { return kInfo[static_cast<size_t>(kind)]; }

struct UnaryNode final : Node {
  explicit UnaryNode(UnaryKind of) : kind(of) {}
  const UnaryKind kind;
  Saved kept;
  const char* name() const override { return info(kind).name; }
  void release() override { kept = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    // A derivative that reads nothing is constant: the gradient itself stands in for k.
    return {unary_grad(kind, grad[0], kept.defined() ? kept.get(*this) : grad[0].detach())};
  }
};

// d = g f'(k): towards g it is g' f'(k), towards k it is (g' g) f''(k).
struct UnaryGradNode final : Node {
  explicit UnaryGradNode(UnaryKind of) : kind(of) {}
  const UnaryKind kind;
  Saved g, k;
  const char* name() const override { return "unary_grad"; }
  void release() override { g = {}, k = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    Tensor dg, dk;
    if (wants(0)) dg = unary_grad(kind, grad[0], k.get(*this));
    if (wants(1)) dk = unary_grad2(kind, mul(grad[0], g.get(*this)), k.get(*this));
    return {dg, dk};
  }
};

struct UnaryGrad2Node final : Node {
  explicit UnaryGrad2Node(UnaryKind of) : kind(of) {}
  const UnaryKind kind;
  Saved k;
  const char* name() const override { return "unary_grad2"; }
  void release() override { k = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    check(!wants(1), ErrorKind::Autograd, "unary_grad2: ", info(kind).name,
          " has no third derivative");
    return {unary_grad2(kind, grad[0], k.get(*this)), Tensor()};
  }
};

UnaryKind kind_of(Activation activation) {
  switch (activation) {
    case Activation::Relu:
      return UnaryKind::Relu;
    case Activation::Relu6:
      return UnaryKind::Relu6;
    case Activation::None:
      break;
  }
  fail(ErrorKind::Internal, "activation: no function");
}

void check_pair(const char* op, const Tensor& g, const Tensor& k) {
  check(g.shape() == k.shape() && g.dtype() == k.dtype(), ErrorKind::Shape, op, ": gradient ",
        g.dtype(), ' ', g.shape(), " for ", k.dtype(), ' ', k.shape());
}

}  // namespace

Tensor unary(UnaryKind kind, const Tensor& x) {
  const OpScope scope(info(kind).name);
  check_floating(info(kind).name, x);
  Tensor y = Tensor::empty(x.shape(), x.dtype(), x.device());
  run(slots().unary, kind, x, y);
  if (needs_grad({&x})) {
    auto node = std::make_shared<UnaryNode>(kind);
    if (info(kind).keeps == Keeps::KeepX) node->kept = Saved::input(x, 0);
    if (info(kind).keeps == Keeps::KeepY) node->kept = Saved::output(y);
    attach(y, node, {&x});
  }
  return y;
}

Tensor unary_grad(UnaryKind kind, const Tensor& g, const Tensor& k) {
  const OpScope scope("unary_grad");
  check_pair("unary_grad", g, k);
  Tensor d = Tensor::empty(k.shape(), k.dtype(), k.device());
  run(slots().unary_grad, kind, g, k, d);
  if (const Mask need = needs_grad({&g, &k})) {
    auto node = std::make_shared<UnaryGradNode>(kind);
    node->k = Saved::input(k, 1);
    if (need & 0b10) node->g = Saved::input(g, 0);
    attach(d, node, {&g, &k});
  }
  return d;
}

Tensor unary_grad2(UnaryKind kind, const Tensor& g, const Tensor& k) {
  const OpScope scope("unary_grad2");
  check_pair("unary_grad2", g, k);
  Tensor d = Tensor::empty(k.shape(), k.dtype(), k.device());
  run(slots().unary_grad2, kind, g, k, d);
  if (needs_grad({&g, &k})) {
    auto node = std::make_shared<UnaryGrad2Node>(kind);
    node->k = Saved::input(k, 1);
    attach(d, node, {&g, &k});
  }
  return d;
}

Tensor activate(const Tensor& x, Activation activation) {
  return activation == Activation::None ? x : unary(kind_of(activation), x);
}

Tensor activate_grad(const Tensor& g, const Tensor& y, Activation activation) {
  return activation == Activation::None ? g : unary_grad(kind_of(activation), g, y);
}

#define UNARY(name, functor, keeps) \
  Tensor name(const Tensor& x) { return unary(UnaryKind::functor, x); }
#include "graft/core/ops/unary.def"
#undef UNARY

}  // namespace graft
