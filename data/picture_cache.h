// Keeps prepared pictures between epochs, up to a number of bytes. Internal to data/.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "graft/data/image.h"

namespace graft::data {

/// First come, first kept: an epoch visits every sample once, so that replacing would only churn.
/// May be used from any thread.
class PictureCache {
 public:
  PictureCache(int64_t samples, uint64_t bytes)
      : bytes_left_(bytes), pictures_(bytes > 0 ? static_cast<size_t>(samples) : 0) {}

  /// Null if it is not kept.
  std::shared_ptr<const Image> find(int64_t sample) const {
    if (pictures_.empty()) return nullptr;
    std::lock_guard lock(mutex_);
    return pictures_[static_cast<size_t>(sample)];
  }

  void keep(int64_t sample, const std::shared_ptr<const Image>& picture) {
    if (pictures_.empty()) return;
    std::lock_guard lock(mutex_);
    std::shared_ptr<const Image>& place = pictures_[static_cast<size_t>(sample)];
    if (place || picture->bytes() > bytes_left_) return;
    bytes_left_ -= picture->bytes();
    place = picture;
  }

 private:
  mutable std::mutex mutex_;
  uint64_t bytes_left_;
  std::vector<std::shared_ptr<const Image>> pictures_;
};

}  // namespace graft::data
