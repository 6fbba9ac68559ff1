// Sixteen bytes at a time: the widest access of a thread.
#pragma once

#include <cstdint>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/device/launch.h"

namespace graft::cuda {

/// Elements of T in one access of 16 bytes.
template <class T>
inline constexpr int kPackSize = 16 / static_cast<int>(sizeof(T));

/// kSize neighbours, read and written in one access.
template <class T, int kSize = kPackSize<T>>
struct alignas(sizeof(T) * kSize) Pack {
  T lane[kSize];
};

template <int kSize, class T>
__device__ Pack<T, kSize> load_pack(const T* x) {
  return *reinterpret_cast<const Pack<T, kSize>*>(x);
}
template <int kSize, class T>
__device__ void store_pack(T* y, const Pack<T, kSize>& pack) {
  *reinterpret_cast<Pack<T, kSize>*>(y) = pack;
}

/// Whether packs may be read and written at each of the addresses. Views with an offset are often
/// not aligned.
template <class... Pointers>
bool pack_aligned(const Pointers*... pointers) {
  return ((reinterpret_cast<uintptr_t>(pointers) % 16 == 0) && ...);
}

/// A thread for each pack of `count` elements.
template <int kSize>
Grid grid_for_packs(int64_t count) {
  return grid_for(ceil_div(count, kSize));
}

/// Device code, in a grid of one dimension: whole(i) for each pack of 0..count-1, with i its first
/// element, and single(i) for the elements after the last whole one.
template <int kSize, class Whole, class Single>
__device__ void for_packs(int64_t count, const Whole& whole, const Single& single) {
  const int64_t packs = count / kSize;
  for (GridStride i(packs); i; i.next()) whole(i.at * kSize);
  for (GridStride i(count - packs * kSize); i; i.next()) single(packs * kSize + i.at);
}

}  // namespace graft::cuda
