// The samples of another dataset under the labels of other classes.
#pragma once

#include <string>
#include <vector>

#include "graft/data/dataset.h"

namespace graft::data {

class Relabelled final : public Dataset {
 public:
  /// Label i of `whole` becomes labels[i], a position in `class_names`. Error(Argument) unless
  /// there is one for each class of `whole`, in range.
  Relabelled(DatasetPtr whole, std::vector<std::string> class_names, std::vector<int64_t> labels);

  int64_t size() const override { return whole_->size(); }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  int64_t label(int64_t i) const override { return labels_[static_cast<size_t>(whole_->label(i))]; }
  std::string id(int64_t i) const override { return whole_->id(i); }
  Image image(int64_t i) const override { return whole_->image(i); }
  std::string content_hash(int64_t i) const override { return whole_->content_hash(i); }
  const std::vector<SkippedFile>& skipped() const override { return whole_->skipped(); }

 private:
  DatasetPtr whole_;
  std::vector<std::string> class_names_;
  std::vector<int64_t> labels_;
};

}  // namespace graft::data
