// CIFAR-10's binary form: records of a label byte and 32 x 32 pixels in red, green and blue planes.
// Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graft/core/limits.h"
#include "graft/data/dataset.h"

namespace graft::data {

/// Holds the records in memory.
class Cifar10 final : public Dataset {
 public:
  static constexpr int64_t kSide = 32, kRecordBytes = 1 + 3 * kSide * kSide;

  /// Files one after the other. Error(Io); Error(Limit) if they are too much together; Error(Data)
  /// unless each holds whole records with labels 0 to 9.
  explicit Cifar10(const std::vector<std::filesystem::path>& files, const Limits& limits = {});

  int64_t size() const override { return static_cast<int64_t>(ids_.size()); }
  const std::vector<std::string>& class_names() const override;
  int64_t label(int64_t i) const override { return static_cast<unsigned char>(*record(i)); }
  std::string id(int64_t i) const override;
  Image image(int64_t i) const override;

 private:
  const char* record(int64_t i) const;

  std::string records_;
  std::vector<std::string> ids_;
};

}  // namespace graft::data
