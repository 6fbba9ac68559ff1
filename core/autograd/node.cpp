#include "graft/core/autograd/node.h"

#include <atomic>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/meta.h"
#include "graft/core/numerics.h"
#include "graft/core/ops/cast.h"

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

Saved Saved::activation(const Tensor& input, int index) {
  Saved saved(input, index);
  if (producer_of(input)) saved.round();
  return saved;
}

Saved Saved::activation_output(const Tensor& result) {
  Saved saved = output(result);
  saved.round();
  return saved;
}

// Only what is whole: the copy is one of the storage.
void Saved::round() {
  const Tensor full = alias_;
  if (numerics().kept != Precision::BF16 || dtype_ != DType::F32 || !full.is_contiguous() ||
      full.bytes() != full.storage().bytes())
    return;
  const NoGrad no_grad;
  const std::shared_ptr<Storage> storage =
      full.storage().rounded_copy([&] { return cast(full, DType::BF16).impl().storage; });
  auto impl = std::make_shared<TensorImpl>();
  impl->storage = storage;
  impl->shape = full.shape();
  impl->strides = full.strides();
  impl->dtype = DType::BF16;
  alias_ = Tensor(std::move(impl));
  version_ = storage->version();
}

Tensor Saved::widened() const {
  const NoGrad no_grad;
  return cast(alias_, dtype_);
}

Tensor Saved::get(const Node& node) const {
  check(!node.released && alias_.defined(), ErrorKind::Autograd, node.name(),
        ": the graph was already run backward and freed; keep it with retain_graph");
  const uint32_t now = alias_.storage().version();
  check(now == version_, ErrorKind::Autograd, node.name(),
        ": a tensor kept for backward was changed in place: version ", version_, " when kept, ",
        now, " now");
  const Tensor kept = widened();
  if (!grad_enabled() || position_ == kConstant) return kept;
  Tensor attached = kept.detach();
  auto meta = std::make_unique<AutogradMeta>();
  if (position_ < 0) {
    meta->producer = std::const_pointer_cast<Node>(node.shared_from_this());
    meta->output = static_cast<uint16_t>(-1 - position_);
  } else {
    const Edge& edge = node.inputs[static_cast<size_t>(position_)];
    if (!edge.wanted()) return kept;
    if (edge.is_leaf) {
      const std::shared_ptr<TensorImpl> leaf = edge.leaf.lock();
      return leaf ? Tensor(leaf) : kept;
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
            std::span<const Tensor* const> inputs) {
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

bool sole_owner(const Tensor& tensor) {
  return tensor.impl_ptr().use_count() == 1 && tensor.impl().storage.use_count() == 1 &&
         tensor.is_contiguous();
}

std::shared_ptr<Node> producer_of(const Tensor& tensor) {
  return tensor.requires_grad() ? tensor.impl().autograd->producer : nullptr;
}

}  // namespace graft
