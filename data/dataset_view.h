// Base of the datasets that show another one changed in a few respects: what a view does not
// override is as in the whole.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graft/data/dataset.h"

namespace graft::data {

class DatasetView : public Dataset {
 public:
  int64_t size() const override { return whole_->size(); }
  const std::vector<std::string>& class_names() const override { return whole_->class_names(); }
  int64_t label(int64_t i) const override { return whole_->label(index(i)); }
  std::string id(int64_t i) const override { return whole_->id(index(i)); }
  Image image(int64_t i) const override { return whole_->image(index(i)); }
  PicturePart part(int64_t i, const ChoosePart& choose) const override {
    return whole_->part(index(i), choose);
  }
  std::string content_hash(int64_t i) const override { return whole_->content_hash(index(i)); }
  std::string fingerprint(int64_t i) const override { return whole_->fingerprint(index(i)); }
  const std::vector<SkippedFile>& skipped() const override { return whole_->skipped(); }

  /// Position in the whole of the view's sample i.
  virtual int64_t index(int64_t i) const { return i; }

 protected:
  explicit DatasetView(DatasetPtr whole) : whole_(std::move(whole)) {}
  const Dataset& whole() const { return *whole_; }

 private:
  DatasetPtr whole_;
};

}  // namespace graft::data
