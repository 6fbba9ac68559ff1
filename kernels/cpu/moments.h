// Mean and variance of the channels of a tensor [pixels, C], gathered piece by piece: by the
// convolution that makes it, while a piece is in the caches of the core that wrote it, or by batch
// norm's own pass.
//
// Borders of pieces depend on the shape alone, and pieces are merged in order (Chan, Golub and
// LeVeque 1979): no result depends on the number of threads.
#pragma once

#include <span>

#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cpu/moments_of_runs.h"

namespace graft::cpu {

template <class T>
class Moments {
 public:
  explicit Moments(int64_t channels) : channels_(channels) {}

  /// Takes memory for so many pieces. Before going parallel.
  void begin(const KernelCtx& ctx, int64_t pieces);
  /// A piece's pixels, of which the runs begin at channel `first`: `channels` from there on. Every
  /// channel of every piece is taken once, on any thread.
  void take(int64_t piece, int64_t first, int64_t channels,
            std::span<const PixelRun<T>> runs) const;
  void take(int64_t piece, int64_t first, int64_t channels, const PixelRun<T>& run) const {
    take(piece, first, channels, std::span(&run, 1));
  }
  /// Those of all pieces together, once all are taken; the variance is the biased one.
  void write(T* mean, T* variance) const;

 private:
  int64_t channels_, pieces_ = 0;
  int64_t* pixels_ = nullptr;                 // [pieces]
  double *means_ = nullptr, *m2s_ = nullptr;  // [pieces, channels]
};

}  // namespace graft::cpu
