#include "graft/layers/network.h"

#include <algorithm>

#include "graft/core/text.h"

namespace graft::layers {
namespace {

bool all_fixed(Module& root) {
  bool fixed = true;
  root.for_each_module([&](const std::string&, Module& module) { fixed &= module.fixed(); });
  return fixed;
}

}  // namespace

Tensor Network::run(const Tensor& x, size_t from, size_t to) {
  Tensor y = x;
  for (size_t i = from; i < to; ++i) y = stages_.at(i).run(y);
  return y;
}

size_t Network::stage_index(const std::string& name) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].name == name) return i;
    names.push_back(stages_[i].name);
  }
  fail(ErrorKind::Argument, "network: no stage '", name, "'", did_you_mean(name, names),
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
  for (const Stage& stage : stages_) {
    const bool fixed = std::all_of(stage.modules.begin(), stage.modules.end(),
                                   [](Module* module) { return all_fixed(*module); });
    if (!fixed) break;
    ++length;
  }
  return length;
}

void Network::reset_head(int64_t classes, uint64_t seed) {
  check(classes > 0, ErrorKind::Argument, "network: a head needs at least one class, not ",
        classes);
  for (const std::string& path : head_)
    at(path).reset_outputs(classes, initialisation_key(seed, path));
  classes_ = classes;
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
