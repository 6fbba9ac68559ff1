// The recorded graph: nodes with edges to *wanted* inputs only.
//
// What an op does (see core/ops/matmul.cpp for the pattern):
//   if (const Mask need = needs_grad({&a, &b})) {     // 0: no node, nothing kept
//     auto node = std::make_shared<MatmulNode>(...);
//     if (need & 1) node->b = Saved::input(b, 1);      // keep only what a wanted gradient reads
//     attach(y, node, {&a, &b});
//   }
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "graft/core/tensor.h"

namespace graft {

class Node;

/// Where the gradient of one input goes: to a producer's output, to a leaf, or nowhere.
struct Edge {
  std::shared_ptr<Node> node;
  uint16_t output = 0;
  std::weak_ptr<TensorImpl> leaf;
  bool is_leaf = false;
  Shape shape;

  bool wanted() const { return node != nullptr || is_leaf; }
};

/// One recorded operation. Run and destroyed by the engine without recursion.
class Node : public std::enable_shared_from_this<Node> {
 public:
  Node() = default;
  virtual ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  virtual const char* name() const = 0;
  /// Gradients towards each input, from the gradients of each output (undefined = zero). Undefined
  /// entries in the result are allowed for inputs that are not wanted(). Formulas are written with
  /// ops, so that they can be recorded in turn.
  virtual std::vector<Tensor> backward(const std::vector<Tensor>& output_gradients) = 0;
  /// Drops what was saved.
  virtual void release() = 0;
  /// True if an input gradient may come in the broadcast shape; the engine sums it down.
  virtual bool broadcasts() const { return false; }

  bool wants(size_t input) const { return inputs[input].wanted(); }

  uint64_t sequence = 0;
  std::vector<Edge> inputs;
  size_t outputs = 1;
  bool released = false;
};

/// A tensor kept for backward, detached, with the version it was kept at.
class Saved {
 public:
  Saved() = default;
  /// Keeps input `index` of the node, as given.
  static Saved input(const Tensor& tensor, int index) { return Saved(tensor, index); }
  /// Keeps result `index` of the node.
  static Saved output(const Tensor& tensor, int index = 0) { return Saved(tensor, -1 - index); }
  /// The same of an activation, which may be kept rounded (core/numerics.h): an input if
  /// it was computed, a result.
  static Saved activation(const Tensor& input, int index);
  static Saved activation_output(const Tensor& result);
  /// Keeps a tensor without gradient (indices, statistics).
  static Saved constant(const Tensor& tensor) { return Saved(tensor, kConstant); }

  /// The tensor; while a graph of the gradient is recorded, attached to where it came from.
  /// Error(Autograd) naming op and versions if it was changed in place, or was released.
  Tensor get(const Node& node) const;
  bool defined() const { return alias_.defined(); }

 private:
  static constexpr int kConstant = 1 << 20;
  Saved(const Tensor& tensor, int position)
      : alias_(tensor.detach()),
        dtype_(tensor.dtype()),
        version_(tensor.storage().version()),
        position_(position) {}

  void round();
  Tensor widened() const;

  Tensor alias_;  // or its copy in bf16
  DType dtype_ = DType::F32;
  uint32_t version_ = 0;
  int position_ = kConstant;  // input index, -1 - output index, or kConstant
};

/// Bit i set: input i wants a gradient and recording is on.
using Mask = uint32_t;
Mask needs_grad(std::initializer_list<const Tensor*> inputs);

/// Makes `node` the producer of `result`, with edges to those of `inputs` that want gradients.
void attach(Tensor& result, const std::shared_ptr<Node>& node,
            std::span<const Tensor* const> inputs);
inline void attach(Tensor& result, const std::shared_ptr<Node>& node,
                   std::initializer_list<const Tensor*> inputs) {
  attach(result, node, std::span(inputs.begin(), inputs.size()));
}

/// True if `tensor` is the only handle on its memory, and contiguous: a gradient that may be kept
/// or overwritten.
bool sole_owner(const Tensor& tensor);

/// The node that computed `tensor`; null for a leaf or a tensor without gradient.
std::shared_ptr<Node> producer_of(const Tensor& tensor);

}  // namespace graft
