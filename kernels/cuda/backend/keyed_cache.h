// What is made once for a key and then shared by all threads for the life of the process.
#pragma once

#include <map>
#include <memory>
#include <mutex>

namespace graft::cuda {

/// Thread-safe. Values stay where they are and are never taken away.
template <class Key, class Value>
class KeyedCache {
 public:
  /// The value of `key`, from `make()` (a unique_ptr<Value>, may be null) on first ask. One thread
  /// makes at a time; what make() throws leaves no entry.
  template <class Make>
  Value* find_or_make(const Key& key, const Make& make) {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    if (found != values_.end()) return found->second.get();
    return values_.emplace(key, make()).first->second.get();
  }

 private:
  std::mutex mutex_;
  std::map<Key, std::unique_ptr<Value>> values_;
};

}  // namespace graft::cuda
