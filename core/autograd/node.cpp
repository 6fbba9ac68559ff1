#include "graft/core/autograd/node.h"

#include <atomic>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/meta.h"

namespace graft {
namespace {

// Nodes whose last owner went away while another node was being destroyed on this thread. Freeing
// them from this list instead of recursively keeps the stack flat, however long the graph.
thread_local std::vector<std::shared_ptr<Node>>* pending = nullptr;

std::atomic<uint64_t> next_sequence{1};

}  // namespace

Node::~Node() {
  if (pending) {
    for (Edge& edge : inputs)
      if (edge.node) pending->push_back(std::move(edge.node));
    return;
  }
  std::vector<std::shared_ptr<Node>> doomed;
  pending = &doomed;
  for (Edge& edge : inputs)
    if (edge.node) doomed.push_back(std::move(edge.node));
  while (!doomed.empty()) {
    const std::shared_ptr<Node> next = std::move(doomed.back());
    doomed.pop_back();
  }
  pending = nullptr;
}

Tensor Saved::get(const Node& node) const {
  check(!node.released && alias_.defined(), ErrorKind::Autograd, node.name(),
        ": the graph was already run backward and freed; keep it with retain_graph");
  const uint32_t now = alias_.storage().version();
  check(now == version_, ErrorKind::Autograd, node.name(),
        ": a tensor kept for backward was changed in place: version ", version_, " when kept, ",
        now, " now");
  if (!grad_enabled() || position_ == kConstant) return alias_;
  Tensor attached = alias_.detach();
  auto meta = std::make_unique<AutogradMeta>();
  if (position_ < 0) {
    meta->producer = std::const_pointer_cast<Node>(node.shared_from_this());
    meta->output = static_cast<uint16_t>(-1 - position_);
  } else {
    const Edge& edge = node.inputs[static_cast<size_t>(position_)];
    if (!edge.wanted()) return alias_;
    if (edge.is_leaf) {
      const std::shared_ptr<TensorImpl> leaf = edge.leaf.lock();
      return leaf ? Tensor(leaf) : alias_;
    }
    meta->producer = edge.node;
    meta->output = edge.output;
  }
  attached.impl().autograd = std::move(meta);
  return attached;
}

Mask needs_grad(std::initializer_list<const Tensor*> inputs) {
  if (!grad_enabled()) return 0;
  Mask mask = 0, bit = 1;
  for (const Tensor* input : inputs) {
    if (input->requires_grad()) mask |= bit;
    bit <<= 1;
  }
  return mask;
}

void attach(Tensor& result, const std::shared_ptr<Node>& node,
            const std::vector<const Tensor*>& inputs) {
  node->sequence = next_sequence.fetch_add(1, std::memory_order_relaxed);
  node->inputs.reserve(inputs.size());
  for (const Tensor* input : inputs) {
    Edge edge;
    if (input->defined()) edge.shape = input->shape();
    if (input->requires_grad()) {
      const AutogradMeta& meta = *input->impl().autograd;
      edge.node = meta.producer;
      edge.output = meta.output;
      edge.is_leaf = meta.producer == nullptr;
      if (edge.is_leaf) edge.leaf = input->impl_ptr();
    }
    node->inputs.push_back(std::move(edge));
  }
  auto meta = std::make_unique<AutogradMeta>();
  meta->producer = node;
  result.impl().autograd = std::move(meta);
}

void attach(Tensor& result, const std::shared_ptr<Node>& node,
            std::initializer_list<const Tensor*> inputs) {
  attach(result, node, std::vector<const Tensor*>(inputs));
}

bool sole_owner(const Tensor& tensor) {
  return tensor.impl_ptr().use_count() == 1 && tensor.impl().storage.use_count() == 1 &&
         tensor.is_contiguous();
}

std::shared_ptr<Node> producer_of(const Tensor& tensor) {
  return tensor.requires_grad() ? tensor.impl().autograd->producer : nullptr;
}

}  // namespace graft
