#include "graft/data/relabelled.h"

#include <utility>

#include "graft/core/error.h"

namespace graft::data {

Relabelled::Relabelled(DatasetPtr whole, std::vector<std::string> class_names,
                       std::vector<int64_t> labels)
    : whole_(std::move(whole)), class_names_(std::move(class_names)), labels_(std::move(labels)) {
  const auto given = static_cast<int64_t>(labels_.size());
  check(given == whole_->class_count(), ErrorKind::Argument, "relabelled: ", given,
        " new labels for ", whole_->class_count(), " classes");
  for (const int64_t label : labels_)
    check(label >= 0 && label < class_count(), ErrorKind::Argument, "relabelled: no class ", label,
          " of ", class_count());
}

}  // namespace graft::data
