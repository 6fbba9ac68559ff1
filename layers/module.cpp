#include "graft/layers/module.h"

#include <algorithm>

#include "graft/core/numerics.h"
#include "graft/core/ops/unary.h"
#include "graft/core/text.h"

namespace graft::layers {
namespace {

std::string path_of(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + '.' + name;
}

}  // namespace

void Module::register_parameter(std::string name, Tensor& tensor, Layout layout) {
  tensor.set_requires_grad(true);
  tensor.storage().keep_forms();
  entries_.push_back({std::move(name), &tensor, false, layout});
}

void Module::register_buffer(std::string name, Tensor& tensor) {
  entries_.push_back({std::move(name), &tensor, true, Layout::Plain});
}

void Module::register_counter(std::string name, Tensor& tensor) {
  entries_.push_back({std::move(name), &tensor, true, Layout::Plain, true});
}

void Module::resize_parameter(Tensor& tensor, const Shape& shape) {
  tensor = Tensor::zeros(shape, tensor.dtype(), tensor.device()).set_requires_grad(!frozen_);
  tensor.storage().keep_forms();
}

void Module::remove_module(const std::string& name) {
  std::erase_if(children_, [&](const Child& child) { return child.name == name; });
}

void Module::collect(const std::string& prefix, std::vector<NamedTensor>& out) const {
  for (const Entry& entry : entries_)
    out.push_back({path_of(prefix, entry.name), *entry.tensor, entry.buffer, entry.layout});
  for (const Child& child : children_) child.module->collect(path_of(prefix, child.name), out);
}

std::vector<NamedTensor> Module::named_tensors() const {
  std::vector<NamedTensor> out;
  collect("", out);
  return out;
}

std::vector<Tensor> Module::own_tensors() const {
  std::vector<Tensor> out;
  for (const Entry& entry : entries_) out.push_back(*entry.tensor);
  return out;
}

std::vector<NamedTensor> Module::parameters() const {
  std::vector<NamedTensor> out = named_tensors();
  std::erase_if(out, [](const NamedTensor& entry) { return entry.buffer; });
  return out;
}

void Module::walk(const std::string& path,
                  const std::function<void(const std::string&, Module&)>& visit) {
  visit(path, *this);
  for (Child& child : children_) child.module->walk(path_of(path, child.name), visit);
}

void Module::for_each_module(const std::function<void(const std::string&, Module&)>& visit) {
  walk("", visit);
}

Module& Module::at(const std::string& path) {
  Module* found = nullptr;
  std::vector<std::string> known;
  for_each_module([&](const std::string& candidate, Module& module) {
    if (candidate == path) found = &module;
    known.push_back(candidate);
  });
  check(found != nullptr, ErrorKind::Argument, "module: no module '", path, "'",
        did_you_mean(path, known));
  return *found;
}

void Module::to(Device device) {
  const auto move_all = [this](Device where) {
    for_each_module([where](const std::string&, Module& module) {
      for (const Entry& entry : module.entries_)
        if (!entry.on_host) entry.tensor->move_to(where);
    });
  };
  const Device before = this->device();
  try {
    move_all(device);
  } catch (const Error&) {
    move_all(before);
    throw;
  }
}

Device Module::device() const {
  const std::vector<NamedTensor> all = parameters();
  return all.empty() ? Device{} : all.front().tensor.device();
}

void Module::train(bool on) {
  for_each_module([on](const std::string&, Module& module) { module.training_ = on; });
}

void Module::freeze(FrozenStatistics statistics) {
  for_each_module([statistics](const std::string&, Module& module) {
    module.frozen_ = true;
    module.statistics_ = statistics;
    for (const Entry& entry : module.entries_)
      if (!entry.buffer) entry.tensor->set_requires_grad(false);
  });
}

void Module::unfreeze() {
  for_each_module([](const std::string&, Module& module) {
    module.frozen_ = false;
    for (const Entry& entry : module.entries_)
      if (!entry.buffer) entry.tensor->set_requires_grad(true);
  });
}

Precision Module::precision() const { return frozen_ ? numerics().frozen : Precision::Full; }

bool Module::wants_gradients() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return !entry.buffer && entry.tensor->requires_grad();
  });
}

Tensor Module::forward_activated(const Tensor& x, Activation activation) {
  return activate(forward(x), activation);
}

void Module::reset_outputs(int64_t, const RandomKey&) {
  fail(ErrorKind::Argument, "module: this kind of layer has no output size to change");
}

RandomKey initialisation_key(uint64_t seed, const std::string& path) {
  return {seed, Purpose::Initialise, 0, fnv1a(path)};
}

void initialise(Module& root, uint64_t seed) {
  root.for_each_module([seed](const std::string& path, Module& module) {
    module.reset_parameters(initialisation_key(seed, path));
  });
}

}  // namespace graft::layers
