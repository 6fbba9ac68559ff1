// Pictures held in memory: drawn ones, tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graft/data/dataset.h"

namespace graft::data {

class InMemory final : public Dataset {
 public:
  /// Ids are name[i]. Error(Argument) unless there is a label in range for each image.
  InMemory(std::string name, std::vector<Image> images, std::vector<int64_t> labels,
           std::vector<std::string> class_names);

  int64_t size() const override { return static_cast<int64_t>(images_.size()); }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  int64_t label(int64_t i) const override;
  std::string id(int64_t i) const override;
  Image image(int64_t i) const override;

 private:
  std::string name_;
  std::vector<Image> images_;
  std::vector<int64_t> labels_;
  std::vector<std::string> class_names_;
};

}  // namespace graft::data
