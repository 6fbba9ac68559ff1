// Some samples of another dataset, in a given order; one may occur several times.
#pragma once

#include <vector>

#include "graft/data/dataset.h"

namespace graft::data {

class Subset final : public Dataset {
 public:
  /// Error(Argument) for an index outside of `whole`.
  Subset(DatasetPtr whole, std::vector<int64_t> indices);

  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  const std::vector<std::string>& class_names() const override { return whole_->class_names(); }
  int64_t label(int64_t i) const override { return whole_->label(index(i)); }
  std::string id(int64_t i) const override { return whole_->id(index(i)); }
  Image image(int64_t i) const override { return whole_->image(index(i)); }
  PicturePart part(int64_t i, const ChoosePart& choose) const override {
    return whole_->part(index(i), choose);
  }
  std::string content_hash(int64_t i) const override { return whole_->content_hash(index(i)); }
  std::string fingerprint(int64_t i) const override { return whole_->fingerprint(index(i)); }

  /// Position in the whole dataset.
  int64_t index(int64_t i) const;

 private:
  DatasetPtr whole_;
  std::vector<int64_t> indices_;
};

}  // namespace graft::data
