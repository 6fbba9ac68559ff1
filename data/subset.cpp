#include "graft/data/subset.h"

#include <utility>

#include "graft/core/error.h"

namespace graft::data {

Subset::Subset(DatasetPtr whole, std::vector<int64_t> indices)
    : DatasetView(std::move(whole)), indices_(std::move(indices)) {
  for (const int64_t i : indices_)
    check(i >= 0 && i < this->whole().size(), ErrorKind::Argument, "subset: no sample ", i, " of ",
          this->whole().size());
}

int64_t Subset::index(int64_t i) const {
  check_index(i);
  return indices_[static_cast<size_t>(i)];
}

}  // namespace graft::data
