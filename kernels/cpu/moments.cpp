#include "graft/kernels/cpu/moments.h"

#include <vector>

namespace graft::cpu {

template <class T>
void Moments<T>::begin(const KernelCtx& ctx, int64_t pieces) {
  pieces_ = pieces;
  pixels_ = ctx.workspace.take_array<int64_t>(pieces);
  means_ = ctx.workspace.take_array<double>(2 * pieces * channels_);
  m2s_ = means_ + pieces * channels_;
}

template <class T>
void Moments<T>::take(int64_t piece, int64_t first, int64_t channels,
                      std::span<const PixelRun<T>> runs) const {
  const int64_t at = piece * channels_ + first;
  with_simd([&]<SimdLevel kLevel>() {
    moments_of_runs<kLevel>(runs.data(), static_cast<int64_t>(runs.size()), channels_, channels,
                            means_ + at, m2s_ + at);
  });
  if (first > 0) return;
  pixels_[piece] = 0;
  for (const PixelRun<T>& run : runs) pixels_[piece] += run.pixels;
}

template <class T>
void Moments<T>::write(T* mean, T* variance) const {
  std::vector<double> centre(static_cast<size_t>(channels_)), m2(centre);
  int64_t done = 0;
  for (int64_t piece = 0; piece < pieces_; ++piece) {
    with_simd([&]<SimdLevel kLevel>() {
      merge_moments<kLevel>(means_ + piece * channels_, m2s_ + piece * channels_, pixels_[piece],
                            done, channels_, centre.data(), m2.data());
    });
    done += pixels_[piece];
  }
  for (int64_t c = 0; c < channels_; ++c) {
    mean[c] = static_cast<T>(centre[static_cast<size_t>(c)]);
    variance[c] = static_cast<T>(m2[static_cast<size_t>(c)] / static_cast<double>(done));
  }
}

template class Moments<float>;
template class Moments<double>;

}  // namespace graft::cpu
