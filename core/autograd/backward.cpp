#include "graft/core/autograd/backward.h"

#include <algorithm>
#include <unordered_map>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/meta.h"
#include "graft/core/autograd/node.h"
#include "graft/core/op_scope.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

// Collects gradients per tensor: for the leaves of backward(), or for the `wrt` of gradients().
class Engine {
 public:
  explicit Engine(BackwardOptions options)
      : keep_graph_(options.retain_graph || options.create_graph) {}

  void watch(const Tensor& tensor, size_t slot) {
    if (!tensor.requires_grad()) return;
    const AutogradMeta& meta = *tensor.impl().autograd;
    if (meta.producer)
      watched_nodes_[meta.producer.get()].push_back({meta.output, slot});
    else
      watched_leaves_[&tensor.impl()].push_back(slot);
  }

  std::vector<Tensor> run(const Tensor& output, const Tensor& cotangent, size_t watched) {
    results_.resize(watched);
    const AutogradMeta& meta = *output.impl().autograd;
    if (!meta.producer) {
      deliver_to_leaf(output.impl_ptr(), cotangent);
      return std::move(results_);
    }
    deliver_to_node(meta.producer, meta.output, cotangent);
    while (!pending_.empty()) {
      const Pending last = std::move(pending_.back());
      pending_.pop_back();
      run_node(*last.node, last.gradients);
    }
    return std::move(results_);
  }

  bool accumulate_into_leaves = false;

 private:
  struct Watch {
    uint16_t output;
    size_t slot;
  };

  // A node that gradients were delivered to, those of its outputs (undefined: none so far).
  struct Pending {
    std::shared_ptr<Node> node;
    std::vector<Tensor> gradients;
  };

  static void accumulate(Tensor& into, const Tensor& gradient) {
    into = into.defined() ? add(into, gradient) : gradient;
  }

  void run_node(Node& node, const std::vector<Tensor>& output_gradients) {
    if (const auto it = watched_nodes_.find(&node); it != watched_nodes_.end()) {
      for (const Watch& watch : it->second)
        if (output_gradients[watch.output].defined())
          accumulate(results_[watch.slot], output_gradients[watch.output]);
    }
    check(!node.released, ErrorKind::Autograd, node.name(),
          ": the graph was already run backward and freed; keep it with retain_graph");
    const OpScope scope(node.name());
    std::vector<Tensor> input_gradients = node.backward(output_gradients);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Edge& edge = node.inputs[i];
      if (!edge.wanted() || i >= input_gradients.size() || !input_gradients[i].defined()) continue;
      Tensor gradient = fit(node, edge, std::move(input_gradients[i]));
      if (edge.node)
        deliver_to_node(edge.node, edge.output, gradient);
      else if (const std::shared_ptr<TensorImpl> leaf = edge.leaf.lock())
        deliver_to_leaf(leaf, std::move(gradient));
    }
    if (!keep_graph_) {
      node.release();
      node.released = true;
    }
  }

  // Undoes broadcasting, in this one place.
  static Tensor fit(const Node& node, const Edge& edge, Tensor gradient) {
    if (gradient.shape() == edge.shape) return gradient;
    check(node.broadcasts(), ErrorKind::Internal, node.name(), ": gradient ", gradient.shape(),
          " for input ", edge.shape);
    return sum_to(gradient, edge.shape);
  }

  void deliver_to_node(const std::shared_ptr<Node>& node, uint16_t output, const Tensor& gradient) {
    auto entry = std::lower_bound(
        pending_.begin(), pending_.end(), node->sequence,
        [](const Pending& one, uint64_t sequence) { return one.node->sequence < sequence; });
    if (entry == pending_.end() || entry->node != node)
      entry = pending_.insert(entry, Pending{node, std::vector<Tensor>(node->outputs)});
    accumulate(entry->gradients[output], gradient);
  }

  void deliver_to_leaf(const std::shared_ptr<TensorImpl>& leaf, Tensor gradient) {
    if (const auto it = watched_leaves_.find(leaf.get()); it != watched_leaves_.end())
      for (const size_t slot : it->second) accumulate(results_[slot], gradient);
    if (!accumulate_into_leaves || !leaf->autograd) return;
    Tensor& grad = leaf->autograd->grad;
    if (grad.defined()) {
      grad = add(grad, gradient);
    } else {
      // Two leaves may be handed one tensor (both sides of a sum); each must own its gradient.
      if (sole_owner(gradient))
        grad = std::move(gradient);
      else
        grad = grad_enabled() ? mul(gradient, 1.0) : gradient.clone();  // recorded, or not
    }
  }

  bool keep_graph_;
  std::vector<Pending> pending_;  // in the order of recording; run from the end
  std::unordered_map<Node*, std::vector<Watch>> watched_nodes_;
  std::unordered_map<TensorImpl*, std::vector<size_t>> watched_leaves_;
  std::vector<Tensor> results_;
};

Tensor cotangent_or_one(const char* op, const Tensor& output, const Tensor& cotangent) {
  check(output.requires_grad(), ErrorKind::Autograd, op,
        ": nothing that led to the output wants a gradient");
  if (!cotangent.defined()) {
    check(output.numel() == 1, ErrorKind::Autograd, op, ": output ", output.shape(),
          " has more than one element; give a cotangent");
    return Tensor::full(output.shape(), 1.0, output.dtype(), output.device());
  }
  check(cotangent.shape() == output.shape() && cotangent.dtype() == output.dtype(),
        ErrorKind::Shape, op, ": cotangent ", cotangent.dtype(), ' ', cotangent.shape(),
        " for output ", output.dtype(), ' ', output.shape());
  return cotangent;
}

}  // namespace

void backward(const Tensor& output, const Tensor& cotangent, BackwardOptions options) {
  const OpScope scope("backward");
  const Tensor seed = cotangent_or_one("backward", output, cotangent);
  const GradMode mode(options.create_graph);
  Engine engine(options);
  engine.accumulate_into_leaves = true;
  engine.run(output, seed, 0);
}

std::vector<Tensor> gradients(const Tensor& output, const std::vector<Tensor>& wrt,
                              const Tensor& cotangent, BackwardOptions options) {
  const OpScope scope("gradients");
  const Tensor seed = cotangent_or_one("gradients", output, cotangent);
  const GradMode mode(options.create_graph);
  Engine engine(options);
  for (size_t slot = 0; slot < wrt.size(); ++slot) engine.watch(wrt[slot], slot);
  std::vector<Tensor> found = engine.run(output, seed, wrt.size());
  for (Tensor& gradient : found)
    if (gradient.defined()) gradient = contiguous(gradient);
  return found;
}

}  // namespace graft
