#include "graft/kernels/cpu/conv/depthwise.h"

#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/moments.h"

namespace graft::cpu {
namespace {

// Multiply-adds that a piece of work should have at least: some 20 us.
constexpr int64_t kPieceWork = 400'000;
// Partial sums of the filter gradient, at most.
constexpr int64_t kMaxPartials = 32;

int64_t rows_of_piece(const Correlation& c) {
  return std::max<int64_t>(1, kPieceWork / std::max<int64_t>(1, c.out_w * c.groups * c.depth()));
}

// Calls visit(image, first row, end row) for outputs begin..end-1, counted in rows of all images.
template <class Visit>
void for_images(const Correlation& c, int64_t begin, int64_t end, const Visit& visit) {
  while (begin < end) {
    const int64_t image = begin / c.out_h, next = std::min(end, (image + 1) * c.out_h);
    visit(image, begin - image * c.out_h, next - image * c.out_h);
    begin = next;
  }
}

}  // namespace

template <class T>
DepthwiseStrip<T>::DepthwiseStrip(const Correlation& c, int64_t held) : c_(c), held_(held) {
  rows_.channels = c.groups;
  rows_.in_w = c.in_w;
  rows_.in_pixel = c.in.pixel;
  rows_.stride_w = c.stride_w;
  rows_.out_row = c.out.row;
  rows_.out_w = c.out_w;
  rows_.out_pixel = c.out.pixel;
  rows_.row_taps = static_cast<int64_t>(c.rows.size());
  rows_.col_taps = static_cast<int64_t>(c.cols.size());
  rows_.first_col = c.cols[0];
  if (rows_.col_taps > 1) rows_.col_step = c.cols[1] - c.cols[0];
}

template <class T>
const DepthwiseRows<T>& DepthwiseStrip<T>::at(int64_t first, int64_t end, const T* x) {
  x_.clear();
  for (int64_t row = first; row < end; ++row)
    for (const int64_t tap : c_.rows) {
      const int64_t iy = row * c_.stride_h + tap;
      x_.push_back(iy < 0 || iy >= c_.in_h ? nullptr : x + iy % held_ * c_.in.row);
    }
  rows_.rows = end - first;
  rows_.x = x_.data();
  return rows_;
}

template <class T>
void DepthwiseStrip<T>::correlate(int64_t first, int64_t end, const T* x, const T* weights,
                                  const Epilogue<T>& epilogue, T* y) {
  rows_.weights = weights;
  with_simd_for<T>(
      [&]<SimdLevel kLevel>() { depthwise_rows<kLevel, T>(at(first, end, x), epilogue, y); });
}

template <class T>
void DepthwiseStrip<T>::add_filter_grad(int64_t first, int64_t end, const T* x, const T* dy,
                                        T* sums) {
  with_simd_for<T>([&]<SimdLevel kLevel>() {
    depthwise_filter_grad_rows<kLevel, T>(at(first, end, x), dy, sums);
  });
}

template <class T>
void depthwise_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* weights,
                         const Epilogue<T>& epilogue, T* y) {
  const int64_t outputs = c.images * c.out_h, grain = rows_of_piece(c);
  const int64_t pieces = ceil_div(outputs, grain);
  if (epilogue.moments) epilogue.moments->begin(ctx, pieces);
  parallel_for(pieces, [&](int64_t piece, int) {
    const int64_t begin = piece * grain, end = std::min(outputs, begin + grain);
    DepthwiseStrip<T> strip(c, c.in_h);
    for_images(c, begin, end, [&](int64_t image, int64_t first, int64_t last) {
      const int64_t at = image * c.out.image + first * c.out.row;
      Epilogue<T> local = epilogue;
      if (local.residual) local.residual += at;
      strip.correlate(first, last, x + image * c.in.image, weights, local, y + at);
    });
    if (epilogue.moments)
      epilogue.moments->take(piece, 0, c.groups, {y + begin * c.out.row, (end - begin) * c.out_w});
  });
}

template <class T>
void depthwise_filter_grad(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy,
                           T* dw) {
  const int64_t taps = c.depth(), size = taps * c.groups, outputs = c.images * c.out_h;
  const int64_t per_piece = std::max(rows_of_piece(c), ceil_div(outputs, kMaxPartials));
  const int64_t pieces = ceil_div(outputs, per_piece);
  T* const partials = ctx.workspace.take_array<T>(pieces * size);
  parallel_for(pieces, [&](int64_t piece, int) {
    T* const sums = partials + piece * size;
    std::fill_n(sums, size, T(0));
    DepthwiseStrip<T> strip(c, c.in_h);
    const int64_t begin = piece * per_piece, end = std::min(outputs, begin + per_piece);
    for_images(c, begin, end, [&](int64_t image, int64_t first, int64_t last) {
      strip.add_filter_grad(first, last, x + image * c.in.image,
                            dy + image * c.out.image + first * c.out.row, sums);
    });
  });
  for (int64_t channel = 0; channel < c.groups; ++channel)
    for (int64_t tap = 0; tap < taps; ++tap) {
      T sum = 0;
      for (int64_t piece = 0; piece < pieces; ++piece)
        sum += partials[piece * size + tap * c.groups + channel];
      dw[channel * taps + tap] = sum;
    }
}

template class DepthwiseStrip<float>;
template class DepthwiseStrip<double>;
template void depthwise_correlate(const KernelCtx&, const Correlation&, const float*, const float*,
                                  const Epilogue<float>&, float*);
template void depthwise_correlate(const KernelCtx&, const Correlation&, const double*,
                                  const double*, const Epilogue<double>&, double*);
template void depthwise_filter_grad(const KernelCtx&, const Correlation&, const float*,
                                    const float*, float*);
template void depthwise_filter_grad(const KernelCtx&, const Correlation&, const double*,
                                    const double*, double*);

}  // namespace graft::cpu
