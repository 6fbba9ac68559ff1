#include "graft/optim/optimizer.h"

#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/meta.h"
#include "graft/core/glob.h"
#include "graft/core/op_scope.h"
#include "graft/core/recorder.h"

namespace graft::optim {
namespace {

constexpr const char* kStepsSlot = "steps";

const ParameterGroup* group_of(const std::string& path, const std::vector<ParameterGroup>& groups) {
  for (const ParameterGroup& group : groups)
    for (const std::string& pattern : group.patterns)
      if (selects(pattern, path)) return &group;
  return nullptr;
}

void check_groups(const std::vector<NamedTensor>& parameters,
                  const std::vector<ParameterGroup>& groups) {
  for (const ParameterGroup& group : groups) {
    check_rate("optimizer", "lr_scale of a group", group.lr_scale);
    if (group.weight_decay) check_rate("optimizer", "weight_decay of a group", *group.weight_decay);
    for (const std::string& pattern : group.patterns) {
      bool used = false;
      for (const NamedTensor& p : parameters)
        used = used || (!p.buffer && selects(pattern, p.path));
      check(used, ErrorKind::Argument, "optimizer: pattern '", pattern,
            "' of a parameter group selects no parameter");
    }
  }
}

}  // namespace

void check_rate(const char* op, const char* what, double value) {
  check(std::isfinite(value) && value >= 0, ErrorKind::Argument, op, ": ", what,
        " must be finite and >= 0, not ", value);
}

Optimizer::Optimizer(const std::vector<NamedTensor>& parameters, double lr, double weight_decay,
                     const std::vector<ParameterGroup>& groups) {
  set_lr(lr);
  check_rate("optimizer", "weight_decay", weight_decay);
  check_groups(parameters, groups);
  std::unordered_set<std::string> paths;
  std::unordered_set<const TensorImpl*> seen;
  for (const NamedTensor& named : parameters) {
    if (named.buffer) continue;
    check(paths.insert(named.path).second, ErrorKind::Argument, "optimizer: two parameters named '",
          named.path, "'");
    if (!seen.insert(&named.tensor.impl()).second) continue;  // tied weights
    check(named.tensor.is_contiguous(), ErrorKind::Argument, "optimizer: parameter '", named.path,
          "' is not contiguous");
    const ParameterGroup* group = group_of(named.path, groups);
    entries_.push_back({named.path,
                        named.tensor,
                        group ? group->lr_scale : 1.0,
                        group ? group->weight_decay.value_or(weight_decay) : weight_decay,
                        {}});
  }
}

void Optimizer::set_lr(double lr) {
  check_rate("optimizer", "learning rate", lr);
  lr_ = lr;
}

void Optimizer::EntryBatch::clear() {
  parameters.clear();
  gradients.clear();
  for (std::vector<const Tensor*>& moment : moments) moment.clear();
  entries.clear();
}

// Makes the moments of a first step.
void Optimizer::prepare(Entry& entry) {
  if (entry.state.steps > 0) return;
  std::vector<Tensor> moments;  // moved in once all are there: memory may run out in between
  for (size_t i = 0; i < moment_names().size(); ++i)
    moments.push_back(
        Tensor::zeros(entry.parameter.shape(), entry.parameter.dtype(), entry.parameter.device()));
  entry.state.moments = std::move(moments);
}

// The batch that the entry belongs to in this step; an empty one is anybody's.
Optimizer::EntryBatch& Optimizer::batch_for(const Entry& entry) {
  const Rates rates{lr_ * entry.lr_scale, entry.weight_decay, entry.state.steps + 1};
  const Tensor& parameter = entry.parameter;
  for (EntryBatch& batch : batches_) {
    if (batch.entries.empty()) batch.rates = rates;
    const Tensor& other = batch.entries.empty() ? parameter : *batch.parameters.front();
    if (batch.rates == rates && other.dtype() == parameter.dtype() &&
        other.device() == parameter.device())
      return batch;
  }
  batches_.emplace_back().rates = rates;
  return batches_.back();
}

void Optimizer::step() {
  const OpScope scope(name());
  refuse_recording(name(), "rates and the number of steps change");
  const NoGrad no_grad;
  for (EntryBatch& batch : batches_) batch.clear();
  for (Entry& entry : entries_) {
    if (!entry.parameter.requires_grad()) {
      entry.state = {};
      continue;
    }
    const Tensor& gradient = entry.parameter.impl().autograd->grad;
    if (!gradient.defined()) continue;
    prepare(entry);
    EntryBatch& batch = batch_for(entry);
    batch.entries.push_back(&entry);
    batch.parameters.push_back(&entry.parameter);
    batch.gradients.push_back(&gradient);
    for (size_t i = 0; i < entry.state.moments.size(); ++i)
      batch.moments[i].push_back(&entry.state.moments[i]);
  }
  for (const EntryBatch& batch : batches_) {
    if (batch.entries.empty()) continue;
    update(batch);
    for (Entry* const entry : batch.entries) {
      ++entry->state.steps;
      entry->parameter.storage().bump_version();
    }
  }
}

void Optimizer::zero_grad() {
  for (Entry& entry : entries_) entry.parameter.set_grad({});
}

std::vector<StateTensor> Optimizer::state() const {
  std::vector<StateTensor> out;
  if (moment_names().empty()) return out;
  for (const Entry& entry : entries_) {
    if (entry.state.steps == 0) continue;
    out.push_back({entry.path, kStepsSlot, Tensor::from(std::vector{entry.state.steps}, {1})});
    for (size_t i = 0; i < entry.state.moments.size(); ++i)
      out.push_back({entry.path, moment_names()[i], entry.state.moments[i]});
  }
  return out;
}

void Optimizer::load_state(const std::vector<StateTensor>& entries) {
  std::unordered_map<std::string, const Tensor*> given;
  for (const StateTensor& entry : entries)
    check(given.emplace(entry.path + '\n' + entry.slot, &entry.tensor).second, ErrorKind::Data,
          name(), ": state holds '", entry.slot, "' of '", entry.path, "' twice");
  size_t used = 0;
  std::vector<State> states(entries_.size());
  for (size_t e = 0; e < entries_.size(); ++e) {
    const Entry& entry = entries_[e];
    const auto find = [&](const char* slot) -> const Tensor* {
      const auto it = given.find(entry.path + '\n' + slot);
      used += it != given.end();
      return it == given.end() ? nullptr : it->second;
    };
    const Tensor* steps = find(kStepsSlot);
    if (!steps) continue;
    check(steps->dtype() == DType::I64 && steps->shape() == Shape{1} && steps->item() >= 1,
          ErrorKind::Data, name(), ": state of '", entry.path, "': bad number of steps");
    states[e].steps = static_cast<int64_t>(steps->item());
    for (const char* slot : moment_names()) {
      const Tensor* moment = find(slot);
      check(moment && moment->shape() == entry.parameter.shape() &&
                moment->dtype() == entry.parameter.dtype(),
            ErrorKind::Data, name(), ": state of '", entry.path, "': '", slot, "' must be ",
            entry.parameter.dtype(), ' ', entry.parameter.shape());
      states[e].moments.push_back(
          Tensor::empty(moment->shape(), moment->dtype(), entry.parameter.device()));
      states[e].moments.back().copy_(*moment);
    }
  }
  check(used == given.size(), ErrorKind::Data, name(), ": state holds ", given.size(),
        " tensors, of which ", used, " belong to the optimizer's parameters");
  for (size_t e = 0; e < entries_.size(); ++e) entries_[e].state = std::move(states[e]);
}

}  // namespace graft::optim
