#include "graft/tools/cli/match_classes.h"

#include <algorithm>

#include "graft/core/error.h"
#include "graft/core/text.h"
#include "graft/data/relabelled.h"

namespace graft::cli {
namespace {

// Names that say no more than the position does: "0", "1", "2".
bool are_positions(const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] != std::to_string(i)) return false;
  return true;
}

MatchedClasses match_by_position(const data::DatasetPtr& dataset, int64_t outputs,
                                 const std::string& reason) {
  const int64_t classes = dataset->class_count();
  check(classes <= outputs, ErrorKind::Argument, "the data has ", classes,
        " classes, the network knows ", outputs);
  check(classes == outputs || are_positions(dataset->class_names()), ErrorKind::Argument,
        "the data has ", classes, " classes, the network ", outputs, " outputs, and ", reason,
        ": nothing tells which is which");
  return {dataset,
          "classes are matched by position, because " + reason + ": " + std::to_string(classes) +
              " in the data, " + std::to_string(outputs) + " in the network",
          false};
}

int64_t position_of(const std::string& name, const std::vector<std::string>& labels) {
  constexpr size_t kShown = 5;
  const auto found = std::find(labels.begin(), labels.end(), name);
  if (found == labels.end()) {
    const bool all = labels.size() <= kShown;
    const std::vector<std::string> some(
        labels.begin(), all ? labels.end() : labels.begin() + static_cast<int64_t>(kShown));
    fail(ErrorKind::Data, "the network does not know the class '", name, "' of the data; it knows ",
         join(some, ", "), all ? "" : ", ... (" + std::to_string(labels.size()) + " in all)",
         did_you_mean(name, labels));
  }
  check(std::find(found + 1, labels.end(), name) == labels.end(), ErrorKind::Data, "the class '",
        name, "' of the data is ambiguous: the network has two outputs of that name");
  return found - labels.begin();
}

}  // namespace

MatchedClasses match_classes(const data::DatasetPtr& dataset,
                             const std::vector<std::string>& labels, int64_t outputs) {
  const std::vector<std::string>& names = dataset->class_names();
  const auto named = static_cast<int64_t>(labels.size());
  if (labels.empty()) {
    MatchedClasses match = match_by_position(dataset, outputs, "the weights name none");
    if (dataset->class_count() == outputs) match.note.clear();
    return match;
  }
  check(named == outputs, ErrorKind::Data, "the weight file names ", named,
        " classes, its network has ", outputs, " outputs");
  if (names == labels) return {dataset, {}};
  const bool all_known = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(labels.begin(), labels.end(), name) != labels.end();
  });
  if (!all_known && are_positions(names) && !are_positions(labels))
    return match_by_position(dataset, outputs, "the data has numbers for names");
  std::vector<int64_t> positions;
  for (const std::string& name : names) positions.push_back(position_of(name, labels));
  return {std::make_shared<data::Relabelled>(dataset, labels, std::move(positions)), {}};
}

}  // namespace graft::cli
