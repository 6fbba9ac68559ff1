// Labelled pictures by index: what the loader reads from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graft/data/image.h"
#include "graft/data/picture_part.h"

namespace graft::data {

/// A file that was passed over, and why.
struct SkippedFile {
  std::string path, reason;
  friend bool operator==(const SkippedFile&, const SkippedFile&) = default;
};

/// Immutable after construction: all members may be called from any thread. Indices run from 0 to
/// size() - 1; Error(Argument) for others.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  /// Labels are positions in this list.
  virtual const std::vector<std::string>& class_names() const = 0;
  virtual int64_t label(int64_t i) const = 0;
  /// Name of the sample for reports and errors, stable between runs: a path, or file[number].
  virtual std::string id(int64_t i) const = 0;
  /// Reads and decodes. Error(Io), Error(Data) or Error(Limit) naming the file.
  virtual Image image(int64_t i) const = 0;
  /// At least the chosen part of image(), where that can be had for less; errors as decode_part().
  virtual PicturePart part(int64_t i, const ChoosePart& choose) const;
  /// Equal for samples of equal content: SHA-256 of the encoded bytes where there are any, else of
  /// the pixels.
  virtual std::string content_hash(int64_t i) const;
  /// Differs for most samples that differ, at little cost: the file's size, or content_hash() of
  /// data in memory. Tells that the data of a run was changed.
  virtual std::string fingerprint(int64_t i) const { return content_hash(i); }
  /// What was found beside the samples and left out.
  virtual const std::vector<SkippedFile>& skipped() const;

  int64_t class_count() const { return static_cast<int64_t>(class_names().size()); }

 protected:
  /// Error(Argument) unless 0 <= i < size().
  void check_index(int64_t i) const;
};

using DatasetPtr = std::shared_ptr<const Dataset>;

}  // namespace graft::data
