// Correlation with one window for each channel, vectorised over the channels.
#pragma once

#include <vector>

#include "graft/kernels/cpu/conv/depthwise_rows.h"
#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

/// c.groups channels; weights [rows][cols][channels].
template <class T>
void depthwise_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* weights,
                         const Epilogue<T>& epilogue, T* y);

/// Rows of outputs of one image, for a caller that has `held` of its rows in memory, row i at place
/// i % held of x. Refers to `c`. Not for concurrent use: each thread has its own.
template <class T>
class DepthwiseStrip {
 public:
  DepthwiseStrip(const Correlation& c, int64_t held);
  /// Output rows first..end-1 to y, where the first one lies; the residual lies like y.
  void correlate(int64_t first, int64_t end, const T* x, const T* weights,
                 const Epilogue<T>& epilogue, T* y);
  /// sums [rows][cols][channels] += the share of output rows first..end-1 in the filter gradient.
  void add_filter_grad(int64_t first, int64_t end, const T* x, const T* dy, T* sums);

 private:
  const DepthwiseRows<T>& at(int64_t first, int64_t end, const T* x);

  const Correlation& c_;
  int64_t held_;
  DepthwiseRows<T> rows_;
  std::vector<const T*> x_;
};

/// dw [channels][rows][cols], from the geometry of the forward pass.
template <class T>
void depthwise_filter_grad(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy,
                           T* dw);

}  // namespace graft::cpu
