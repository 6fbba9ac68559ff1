#include "graft/transfer/freeze.h"

#include <algorithm>
#include <map>
#include <set>

#include "graft/core/glob.h"
#include "graft/core/text.h"

namespace graft::transfer {
namespace {

using layers::Module;
using layers::Network;

std::vector<std::string> split_items(const std::string& text) {
  std::vector<std::string> items;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string item = text.substr(begin, end - begin);
    std::erase(item, ' ');
    if (!item.empty()) items.push_back(std::move(item));
    begin = end + 1;
  }
  return items;
}

// The path of the module that owns a tensor.
std::string owner_of(const std::string& tensor_path) {
  const size_t dot = tensor_path.rfind('.');
  return dot == std::string::npos ? std::string() : tensor_path.substr(0, dot);
}

// What the items select: whole modules by path, and single tensors by path.
class Selection {
 public:
  explicit Selection(Network& network) : network_(network) {
    network.for_each_module([this](const std::string& path, Module& module) {
      paths_of_[&module] = path;
      if (!path.empty()) module_paths_.push_back(path);
    });
    for (const NamedTensor& entry : network.named_tensors()) tensor_paths_.push_back(entry.path);
  }

  void add(const std::string& item) {
    size_t matched = 0;
    if (item == "trunk")
      matched = add_stages(0, network_.head_stage());
    else if (item == "norms")
      matched = add_norms();
    else if (const size_t dots = item.find(".."); dots != std::string::npos)
      matched = add_stages(network_.stage_range(item.substr(0, dots)).first,
                           network_.stage_range(item.substr(dots + 2)).second);
    else
      matched = add_pattern(item);
    if (matched > 0) return;
    std::vector<std::string> stages;
    for (const layers::Stage& stage : network_.stages()) stages.push_back(stage.name);
    const std::string near = did_you_mean(item, module_paths_);
    fail(ErrorKind::Argument, "freeze: '", item, "' matches nothing", near.empty() ? "." : near,
         " The stages are: ", join(stages, " "));
  }

  std::set<std::string> modules, tensors;

 private:
  // Each add returns how many stages, modules or tensors matched, new or not.
  size_t add_stages(size_t from, size_t to) {
    for (size_t i = from; i < to; ++i)
      for (Module* module : network_.stages()[i].modules)
        if (const auto found = paths_of_.find(module); found != paths_of_.end())
          modules.insert(found->second);
    return to > from ? to - from : 0;
  }

  size_t add_pattern(const std::string& pattern) {
    size_t matched = 0;
    const auto add_matching = [&](const std::vector<std::string>& paths,
                                  std::set<std::string>& into) {
      for (const std::string& path : paths) {
        if (!glob_match(pattern, path)) continue;
        into.insert(path);
        ++matched;
      }
    };
    add_matching(module_paths_, modules);
    add_matching(tensor_paths_, tensors);
    return matched;
  }

  size_t add_norms() {
    size_t matched = 0;
    for (const NamedTensor& entry : network_.named_tensors()) {
      if (!entry.buffer) continue;
      modules.insert(owner_of(entry.path));
      ++matched;
    }
    return matched;
  }

  Network& network_;
  std::map<const Module*, std::string> paths_of_;
  std::vector<std::string> module_paths_, tensor_paths_;
};

}  // namespace

FreezeReport freeze(Network& network, const std::string& patterns,
                    layers::FrozenStatistics statistics) {
  Selection selection(network);
  for (const std::string& item : split_items(patterns)) selection.add(item);

  std::map<std::string, std::vector<NamedTensor>> own_parameters;
  for (const NamedTensor& entry : network.parameters())
    own_parameters[owner_of(entry.path)].push_back(entry);
  for (auto& [owner, parameters] : own_parameters) {
    const bool whole = std::all_of(
        parameters.begin(), parameters.end(),
        [&](const NamedTensor& entry) { return selection.tensors.contains(entry.path); });
    if (whole) selection.modules.insert(owner);
  }

  FreezeReport report;
  for (const std::string& path : selection.modules) network.at(path).freeze(statistics);
  report.modules.assign(selection.modules.begin(), selection.modules.end());
  for (NamedTensor& entry : network.parameters()) {
    if (selection.tensors.contains(entry.path) && entry.tensor.requires_grad()) {
      entry.tensor.set_requires_grad(false);
      report.tensors.push_back(entry.path);
    }
    report.total_parameters += entry.tensor.numel();
    if (!entry.tensor.requires_grad()) report.frozen_parameters += entry.tensor.numel();
  }
  return report;
}

}  // namespace graft::transfer
