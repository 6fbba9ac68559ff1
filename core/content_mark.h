// Identifies what a tensor held at one moment, without looking at its elements: results computed
// from it (a folded convolution, cached features) stay valid as long as the mark is equal.
#pragma once

#include <memory>

#include "graft/core/tensor.h"

namespace graft {

class ContentMark {
 public:
  ContentMark() = default;
  /// An undefined tensor has the empty mark. Holds on to the storage, so that another one cannot
  /// take its place in memory.
  explicit ContentMark(const Tensor& tensor) {
    if (!tensor.defined()) return;
    storage_ = tensor.impl().storage;
    version_ = storage_->version();
  }
  friend bool operator==(const ContentMark&, const ContentMark&) = default;

 private:
  std::shared_ptr<Storage> storage_;
  uint32_t version_ = 0;
};

}  // namespace graft
