// Keeps prepared pictures between epochs, up to a number of bytes. Internal to data/.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "graft/data/picture_part.h"

namespace graft::data {

/// First come, first kept: an epoch visits every sample once, so that replacing would only churn.
/// May be used from any thread.
class PictureCache {
 public:
  PictureCache(int64_t samples, uint64_t bytes)
      : bytes_left_(bytes), pictures_(bytes > 0 ? static_cast<size_t>(samples) : 0) {}

  /// Null if it is not kept.
  std::shared_ptr<const PicturePart> find(int64_t sample) const {
    if (pictures_.empty()) return nullptr;
    std::lock_guard lock(mutex_);
    return pictures_[static_cast<size_t>(sample)];
  }

  /// Whether one of so many bytes would be kept now.
  bool has_room(uint64_t bytes) const {
    std::lock_guard lock(mutex_);
    return bytes <= bytes_left_;
  }

  void keep(int64_t sample, const std::shared_ptr<const PicturePart>& picture) {
    if (pictures_.empty()) return;
    std::lock_guard lock(mutex_);
    std::shared_ptr<const PicturePart>& place = pictures_[static_cast<size_t>(sample)];
    const uint64_t bytes = picture->pixels.bytes();
    if (place || bytes > bytes_left_) return;
    bytes_left_ -= bytes;
    place = picture;
  }

 private:
  mutable std::mutex mutex_;
  uint64_t bytes_left_;
  std::vector<std::shared_ptr<const PicturePart>> pictures_;
};

}  // namespace graft::data
