#include "graft/data/relabelled.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "graft/core/error.h"
#include "graft/core/text.h"
#include "graft/core/utf8.h"

namespace graft::data {
namespace {

using Names = std::vector<std::string>;

Names without(const Names& names, const Names& others) {
  Names left;
  std::ranges::copy_if(names, std::back_inserter(left), [&](const std::string& name) {
    return std::ranges::find(others, name) == others.end();
  });
  return left;
}

std::string some_of(Names names) {
  constexpr size_t kShown = 5;
  const size_t all = names.size();
  if (all > kShown) {
    names.resize(kShown);
    names.push_back("... (" + std::to_string(all) + " in all)");
  }
  return one_line(join(names, ", "));
}

}  // namespace

Relabelled::Relabelled(DatasetPtr whole, std::vector<std::string> class_names,
                       std::vector<int64_t> labels)
    : DatasetView(std::move(whole)),
      class_names_(std::move(class_names)),
      labels_(std::move(labels)) {
  const auto given = static_cast<int64_t>(labels_.size());
  check(given == this->whole().class_count(), ErrorKind::Argument, "relabelled: ", given,
        " new labels for ", this->whole().class_count(), " classes");
  for (const int64_t label : labels_)
    check(label >= 0 && label < class_count(), ErrorKind::Argument, "relabelled: no class ", label,
          " of ", class_count());
}

RelabelledByName relabel_by_name(const char* op, const DatasetPtr& part,
                                 const std::string& part_name, const Dataset& whole,
                                 const std::string& whole_name) {
  const Names &names = part->class_names(), &known = whole.class_names();
  if (names == known) return {part, ""};
  const Names extra = without(names, known), missing = without(known, names);
  check(extra.empty(), ErrorKind::Data, op, ": ", part_name, " has classes that ", whole_name,
        " does not have: ", some_of(extra),
        missing.empty() ? "" : "; it lacks " + some_of(missing));
  std::vector<int64_t> labels;
  for (const std::string& name : names)
    labels.push_back(std::ranges::find(known, name) - known.begin());
  return {std::make_shared<Relabelled>(part, known, std::move(labels)),
          missing.empty() ? "" : part_name + " has no samples of " + some_of(missing)};
}

}  // namespace graft::data
