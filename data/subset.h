// Some samples of another dataset, in a given order; one may occur several times.
#pragma once

#include <vector>

#include "graft/data/dataset_view.h"

namespace graft::data {

class Subset final : public DatasetView {
 public:
  /// Error(Argument) for an index outside of `whole`.
  Subset(DatasetPtr whole, std::vector<int64_t> indices);

  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  int64_t index(int64_t i) const override;

 private:
  std::vector<int64_t> indices_;
};

}  // namespace graft::data
