// The IDX files of MNIST and its kin: u8 images [N,H,W] and labels [N] in a second file, big-endian
// headers, plain or compressed by gzip. yann.lecun.com/exdb/mnist
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graft/core/limits.h"
#include "graft/data/dataset.h"

namespace graft::data {

/// Holds the images in memory. Class names are the numbers 0 to the largest label.
class Idx final : public Dataset {
 public:
  /// The labels are sought beside the images, by the usual name: images-idx3 -> labels-idx1, with
  /// or without .gz. Error(Io) if one is missing; Error(Data) for another format, sizes that
  /// contradict each other or the file, or a damaged gzip stream; Error(Limit) for a file or a
  /// header beyond the limits; Error(Argument) for .gz in a build without zlib.
  explicit Idx(const std::filesystem::path& images, const Limits& limits = {});
  Idx(const std::filesystem::path& images, const std::filesystem::path& labels,
      const Limits& limits = {});

  int64_t size() const override { return static_cast<int64_t>(labels_.size()); }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  int64_t label(int64_t i) const override;
  std::string id(int64_t i) const override;
  Image image(int64_t i) const override;

 private:
  std::string name_;
  int64_t height_ = 0, width_ = 0;
  std::string pixels_, labels_;
  std::vector<std::string> class_names_;
};

/// Where the labels of an IDX image file should be; Error(Data) if its name gives no hint,
/// Error(Io) if there is no such file.
std::filesystem::path idx_labels_path(const std::filesystem::path& images);

}  // namespace graft::data
