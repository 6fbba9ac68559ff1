#include "graft/layers/network.h"

#include <algorithm>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/text.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"

namespace graft::layers {
namespace {

// Samples are run in pieces of about this many input values: 8 pictures of 224 x 224. What lies
// between two layers then stays near the caches, and memory does not grow with the batch.
constexpr int64_t kPieceValues = int64_t{8} * 224 * 224 * 3;

template <class Condition>
bool all_modules(const Stage& stage, const Condition& condition) {
  bool all = true;
  for (Module* root : stage.modules)
    root->for_each_module([&](const std::string&, Module& module) { all &= condition(module); });
  return all;
}

// Whether a stage leaves nothing behind for a gradient and treats every sample alone.
bool divisible(const Stage& stage) {
  const bool recording = grad_enabled();
  return all_modules(stage, [&](const Module& module) {
    return module.per_sample() && !(recording && module.wants_gradients());
  });
}

}  // namespace

Tensor Network::run_stages(Tensor x, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) x = stages_.at(i).run(x);
  return x;
}

Tensor Network::run(const Tensor& x, size_t from, size_t to) {
  const int64_t samples = x.rank() == 4 ? x.dim(0) : 1;
  const int64_t piece =
      std::max<int64_t>(1, kPieceValues * samples / std::max<int64_t>(1, x.numel()));
  // A device has no caches to stay near, and wants all the work it can get.
  const bool whole = samples <= piece || x.device().type != DeviceType::Cpu ||
                     (grad_enabled() && x.requires_grad());
  if (whole) return run_stages(x, from, to);
  size_t end = from;
  while (end < to && divisible(stages_.at(end))) ++end;
  if (end == from) return run_stages(x, from, to);
  std::vector<Tensor> parts;
  for (int64_t begin = 0; begin < samples; begin += piece)
    parts.push_back(run_stages(slice(x, 0, begin, std::min(begin + piece, samples)), from, end));
  return run_stages(cat(parts, 0), end, to);
}

size_t Network::stage_index(const std::string& name) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].name == name) return i;
    names.push_back(stages_[i].name);
  }
  const std::string near = did_you_mean(name, names);
  fail(ErrorKind::Argument, "network: no stage '", name, "'", near.empty() ? "." : near,
       " The stages are: ", join(names, " "));
}

std::pair<size_t, size_t> Network::stage_range(const std::string& name) const {
  const auto belongs = [&](const Stage& stage) {
    return stage.name == name || stage.name.starts_with(name + '.');
  };
  const auto first = std::find_if(stages_.begin(), stages_.end(), belongs);
  if (first == stages_.end()) {
    const size_t index = stage_index(name);  // says what the stages are
    return {index, index + 1};
  }
  const auto last = std::find_if_not(first, stages_.end(), belongs);
  return {first - stages_.begin(), last - stages_.begin()};
}

size_t Network::fixed_prefix() {
  size_t length = 0;
  while (length < stages_.size() &&
         all_modules(stages_[length], [](const Module& module) { return module.fixed(); }))
    ++length;
  return length;
}

void Network::reset_head(int64_t classes, uint64_t seed) {
  check(classes > 0, ErrorKind::Argument, "network: a head needs at least one class, not ",
        classes);
  for (const std::string& path : head_)
    at(path).reset_outputs(classes, initialisation_key(seed, path));
  classes_ = classes;
}

void Network::set_linear_head(int64_t classes, uint64_t seed) {
  const Shape weight = at(head_.front()).named_tensors().front().tensor.shape();
  if (weight.rank() == 2) return reset_head(classes, seed);
  const Device where = device();
  const std::string name = head_.front().substr(0, head_.front().find('.'));
  for (const std::string& path : head_) remove_module(path.substr(0, path.find('.')));
  stages_.resize(head_stage_);
  auto& head = register_module(name, std::make_unique<Sequential>());
  add_stage(name + ".0", head.add<GlobalAvgPool2d>());
  begin_head({name + ".1"}, classes);
  add_stage(name + ".1", head.add<Linear>(weight[weight.rank() - 1], classes));
  head.to(where);
  reset_head(classes, seed);
}

void Network::begin_training_step(uint64_t seed, uint64_t step) {
  for_each_module([&](const std::string& path, Module& module) {
    module.begin_step({seed, Purpose::Dropout, static_cast<uint32_t>(step), fnv1a(path)});
  });
}

void Network::add_stage(std::string name, std::vector<Module*> modules,
                        std::function<Tensor(const Tensor&)> run) {
  stages_.push_back({std::move(name), std::move(modules), std::move(run)});
}

void Network::add_stage(std::string name, Module& module) {
  add_stage(std::move(name), {&module}, [&module](const Tensor& x) { return module(x); });
}

void Network::add_stage(const std::string& name, std::unique_ptr<Module> module) {
  add_stage(name, register_module(name, std::move(module)));
}

void Network::begin_head(std::vector<std::string> paths, int64_t classes) {
  head_ = std::move(paths);
  head_stage_ = stages_.size();
  classes_ = classes;
}

}  // namespace graft::layers
