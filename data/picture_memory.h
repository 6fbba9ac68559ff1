// Memory for the pixels of pictures and for the files they come in, kept for the next picture:
// pages that are fresh from the system each time cost as much as a third of decoding a photograph.
//
// Not from the allocator of tensors (core/allocator.h): its counters are exact and the same in
// every run, while how many pictures are in the making depends on how far the loader's threads are.
// They do not count this memory.
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
template <class T>
struct PictureAllocator {
  static_assert(std::is_trivial_v<T> && alignof(T) <= alignof(std::max_align_t));
  using value_type = T;

  PictureAllocator() = default;
  template <class U>
  PictureAllocator(const PictureAllocator<U>&) {}

  T* allocate(size_t n) { return static_cast<T*>(allocate_picture_memory(n * sizeof(T))); }
  void deallocate(T* block, size_t n) { release_picture_memory(block, n * sizeof(T)); }

  template <class U>
  void construct(U* element) {
    ::new (static_cast<void*>(element)) U;
  }
  template <class U, class... Arguments>
  void construct(U* element, Arguments&&... arguments) {
    ::new (static_cast<void*>(element)) U(std::forward<Arguments>(arguments)...);
  }

  friend bool operator==(const PictureAllocator&, const PictureAllocator&) = default;
};

}  // namespace graft::data
