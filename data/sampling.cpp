#include "graft/data/sampling.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "graft/core/error.h"

namespace graft::data {
namespace {

// Samples of one class that have to stay together.
using Group = std::vector<int64_t>;

// Per class its groups, in the order of their first sample. A group of mixed labels is in no
// class.
std::vector<std::vector<Group>> groups_by_class(const Dataset& dataset, Duplicates duplicates) {
  std::vector<std::vector<Group>> classes(static_cast<size_t>(dataset.class_count()));
  std::vector<Group> groups;
  std::map<std::string, size_t> group_of;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    size_t group = groups.size();
    if (duplicates == Duplicates::KeepTogether)
      group = group_of.emplace(dataset.content_hash(i), group).first->second;
    if (group == groups.size()) groups.emplace_back();
    groups[group].push_back(i);
  }
  for (Group& group : groups) {
    const int64_t label = dataset.label(group.front());
    const bool mixed = std::any_of(group.begin(), group.end(),
                                   [&](int64_t i) { return dataset.label(i) != label; });
    if (!mixed) classes[static_cast<size_t>(label)].push_back(std::move(group));
  }
  return classes;
}

}  // namespace

std::vector<int64_t> permutation(int64_t n, const RandomKey& key) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(key);
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<uint32_t>(i))]);
  return order;
}

std::vector<int64_t> epoch_order(int64_t samples, uint64_t seed, uint32_t epoch) {
  return permutation(samples, {seed, Purpose::Shuffle, epoch, 0});
}

Split stratified_split(const Dataset& dataset, double dev_fraction, uint64_t seed,
                       Duplicates duplicates) {
  check(dev_fraction > 0 && dev_fraction < 1, ErrorKind::Argument, "split: dev fraction ",
        dev_fraction, " is not between 0 and 1");
  const auto classes = groups_by_class(dataset, duplicates);
  std::vector<bool> in_dev(static_cast<size_t>(dataset.size()));
  for (size_t label = 0; label < classes.size(); ++label) {
    const std::vector<Group>& groups = classes[label];
    int64_t samples = 0, held_out = 0;
    for (const Group& group : groups) samples += static_cast<int64_t>(group.size());
    if (groups.size() < 2) continue;
    const auto wanted = std::clamp<int64_t>(
        std::llround(dev_fraction * static_cast<double>(samples)), 1, samples - 1);
    for (const int64_t g :
         permutation(static_cast<int64_t>(groups.size()), {seed, Purpose::Split, 0, label})) {
      const Group& group = groups[static_cast<size_t>(g)];
      if (held_out + static_cast<int64_t>(group.size()) > wanted) continue;
      held_out += static_cast<int64_t>(group.size());
      for (const int64_t i : group) in_dev[static_cast<size_t>(i)] = true;
    }
  }
  Split split;
  for (int64_t i = 0; i < dataset.size(); ++i)
    (in_dev[static_cast<size_t>(i)] ? split.dev : split.train).push_back(i);
  return split;
}

}  // namespace graft::data
