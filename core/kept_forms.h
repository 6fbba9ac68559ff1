// What kernels derive from a constant operand (packed filters, say) and keep with its storage.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "graft/core/device.h"
#include "graft/core/dtype.h"
#include "graft/core/shape.h"

namespace graft {

/// Which part of a storage a form was derived from, and which form it is.
struct FormKey {
  const void* data = nullptr;
  Shape shape, strides;
  DType dtype = DType::F32;
  int kind = 0;        ///< the device's own numbering
  int64_t detail = 0;  ///< what else it depends on
  friend bool operator==(const FormKey&, const FormKey&) = default;
};

/// The forms of one storage. They cost memory for as long as the storage lives and is not written.
class KeptForms {
 public:
  explicit KeptForms(Stream stream) : stream_(stream) {}
  ~KeptForms() { clear(); }
  KeptForms(const KeptForms&) = delete;
  KeptForms& operator=(const KeptForms&) = delete;

  /// The form under `key`. On first demand `make` writes it into `bytes` of 64-byte aligned memory
  /// of the device; Error(OutOfMemory). Valid until clear(). From any thread: one makes it, under a
  /// lock, and the others wait, so `make` must not ask for another form of the same storage.
  const void* find_or_make(const FormKey& key, size_t bytes,
                           const std::function<void(void*)>& make);
  /// Forgets all: the content has changed. Not while a kernel runs on the storage.
  void clear() noexcept;
  size_t bytes() const;

 private:
  struct Form {
    FormKey key;
    void* data;
    size_t bytes;
  };
  Stream stream_;
  mutable std::mutex mutex_;
  std::vector<Form> forms_;
};

}  // namespace graft
