// The samples of another dataset under the labels of other classes.
#pragma once

#include <string>
#include <vector>

#include "graft/data/dataset_view.h"

namespace graft::data {

class Relabelled final : public DatasetView {
 public:
  /// Label i of `whole` becomes labels[i], a position in `class_names`. Error(Argument) unless
  /// there is one for each class of `whole`, in range.
  Relabelled(DatasetPtr whole, std::vector<std::string> class_names, std::vector<int64_t> labels);

  const std::vector<std::string>& class_names() const override { return class_names_; }
  int64_t label(int64_t i) const override { return labels_[static_cast<size_t>(whole().label(i))]; }

 private:
  std::vector<std::string> class_names_;
  std::vector<int64_t> labels_;
};

struct RelabelledByName {
  DatasetPtr dataset;
  std::string note;  ///< "photos/val has no samples of ant, bee"; "" if it has of every class
};

/// `part` under the classes of `whole`, matched by name: its own may stand in another order, or be
/// some of them. The two are named so in the note and in the error of `op`, which is Error(Data)
/// listing the classes that `whole` does not have.
RelabelledByName relabel_by_name(const char* op, const DatasetPtr& part,
                                 const std::string& part_name, const Dataset& whole,
                                 const std::string& whole_name);

}  // namespace graft::data
