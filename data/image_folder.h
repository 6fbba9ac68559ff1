// A folder with one subfolder per class: root/ants/1.jpg, root/bees/deep/er/2.png.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "graft/core/limits.h"
#include "graft/data/dataset.h"
#include "graft/data/decode.h"

namespace graft::data {

/// Classes in the order of their names' bytes, samples by class, then path. Files named .jpg,
/// .jpeg, .jpe, .jfif or .png in any case are samples; what they hold is seen when they are read.
/// Everything else is passed over and listed: other names, files outside of class folders, hidden
/// files and folders. Symbolic links are followed, but for those to a folder that holds them.
class ImageFolder final : public Dataset {
 public:
  /// Walks the folder, opening no picture. Error(Io) if a folder cannot be read; Error(Data) if
  /// there is no class or a class without pictures, naming it; Error(Limit).
  explicit ImageFolder(const std::filesystem::path& root, const Limits& limits = {},
                       Decoder decoder = Decoder::Best);

  int64_t size() const override { return static_cast<int64_t>(samples_.size()); }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  int64_t label(int64_t i) const override { return sample(i).label; }
  /// Path of the file, below the root.
  std::string id(int64_t i) const override { return sample(i).path; }
  Image image(int64_t i) const override { return part(i, whole_picture).pixels; }
  PicturePart part(int64_t i, const ChoosePart& choose) const override;
  std::string content_hash(int64_t i) const override;
  std::string fingerprint(int64_t i) const override;
  const std::vector<SkippedFile>& skipped() const override { return skipped_; }

 private:
  struct Sample {
    std::string path;  // below the root
    int64_t label;
  };

  const Sample& sample(int64_t i) const;
  // `walked`: the canonical paths of the folder and of those that it was reached through.
  void walk(const std::string& folder, int64_t label, std::vector<std::filesystem::path>& walked);
  std::string read(int64_t i) const;

  std::filesystem::path root_;
  Limits limits_;
  Decoder decoder_;
  std::vector<std::string> class_names_;
  std::vector<Sample> samples_;
  std::vector<SkippedFile> skipped_;
  uint64_t files_seen_ = 0;
};

}  // namespace graft::data
