// Memory for the pixels of pictures and for the files they come in, kept for the next picture:
// pages that are fresh from the system each time cost as much as a third of decoding a photograph.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace graft::data {

/// Uninitialised; std::bad_alloc. May be called from any thread.
void* allocate_picture_memory(size_t bytes);
/// `bytes` as given to allocate_picture_memory(). A few tens of megabytes are kept at most.
void release_picture_memory(void* block, size_t bytes) noexcept;

/// Picture memory for the standard containers. Elements that are not given a value have none.
template <typename T>
struct PictureAllocator {
  static_assert(std::is_trivial_v<T> && alignof(T) <= alignof(std::max_align_t));
  using value_type = T;

  PictureAllocator() = default;
  template <typename U>
  PictureAllocator(const PictureAllocator<U>&) {}

  T* allocate(size_t n) { return static_cast<T*>(allocate_picture_memory(n * sizeof(T))); }
  void deallocate(T* block, size_t n) { release_picture_memory(block, n * sizeof(T)); }

  template <typename U>
  void construct(U* element) {
    ::new (static_cast<void*>(element)) U;
  }
  template <typename U, typename... Arguments>
  void construct(U* element, Arguments&&... arguments) {
    ::new (static_cast<void*>(element)) U(std::forward<Arguments>(arguments)...);
  }

  friend bool operator==(const PictureAllocator&, const PictureAllocator&) = default;
};

}  // namespace graft::data
