#include "graft/kernels/cpu/conv/depthwise.h"

#include <algorithm>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/conv/depthwise_row.h"

namespace graft::cpu {
namespace {

// Multiply-adds that a piece of work should have at least: some 20 us.
constexpr int64_t kPieceWork = 400'000;
// Partial sums of the filter gradient, at most.
constexpr int64_t kMaxPartials = 32;

// The window rows of a row of outputs that lie within the image: where they are in x, and in
// `taps`, their weights or sums.
template <class T, class TapPointer>
int64_t collect_rows(const Correlation& c, int64_t output, const T* x, TapPointer* taps,
                     std::vector<const T*>& x_rows, std::vector<TapPointer*>& tap_rows) {
  const int64_t image = output / c.out_h, first = output % c.out_h * c.stride_h;
  const int64_t tap_row = static_cast<int64_t>(c.cols.size()) * c.groups;
  x_rows.clear(), tap_rows.clear();
  for (size_t i = 0; i < c.rows.size(); ++i) {
    const int64_t iy = first + c.rows[i];
    if (iy < 0 || iy >= c.in_h) continue;
    x_rows.push_back(x + image * c.in.image + iy * c.in.row);
    tap_rows.push_back(taps + static_cast<int64_t>(i) * tap_row);
  }
  return static_cast<int64_t>(x_rows.size());
}

template <class T>
DepthwiseRow<T> row_of(const Correlation& c) {
  DepthwiseRow<T> row;
  row.channels = c.groups;
  row.in_w = c.in_w;
  row.in_pixel = c.in.pixel;
  row.stride_w = c.stride_w;
  row.out_w = c.out_w;
  row.out_pixel = c.out.pixel;
  row.col_count = static_cast<int64_t>(c.cols.size());
  row.cols = c.cols.data();
  return row;
}

int64_t rows_of_piece(const Correlation& c) {
  return std::max<int64_t>(1, kPieceWork / std::max<int64_t>(1, c.out_w * c.groups * c.depth()));
}

}  // namespace

template <class T>
void depthwise_correlate(const KernelCtx&, const Correlation& c, const T* x, const T* weights,
                         const Epilogue<T>& epilogue, T* y) {
  const DepthwiseRow<T> shared = row_of<T>(c);
  parallel_ranges(c.images * c.out_h, rows_of_piece(c), [&](int64_t begin, int64_t end) {
    DepthwiseRow<T> row = shared;
    std::vector<const T*> x_rows, tap_rows;
    for (int64_t output = begin; output < end; ++output) {
      row.row_count = collect_rows(c, output, x, weights, x_rows, tap_rows);
      row.rows = x_rows.data();
      row.weights = tap_rows.data();
      const int64_t at = output / c.out_h * c.out.image + output % c.out_h * c.out.row;
      Epilogue<T> local = epilogue;
      if (local.residual) local.residual += at;
      with_simd([&]<SimdLevel kLevel>() { depthwise_row<kLevel, T>(row, local, y + at); });
    }
  });
}

template <class T>
void depthwise_filter_grad(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy,
                           T* dw) {
  const int64_t taps = c.depth(), size = taps * c.groups, outputs = c.images * c.out_h;
  const int64_t per_piece = std::max(rows_of_piece(c), (outputs + kMaxPartials - 1) / kMaxPartials);
  const int64_t pieces = (outputs + per_piece - 1) / per_piece;
  T* const partials = ctx.workspace.take_array<T>(pieces * size);
  const DepthwiseRow<T> shared = row_of<T>(c);
  parallel_for(pieces, [&](int64_t piece, int) {
    T* const sums = partials + piece * size;
    std::fill_n(sums, size, T(0));
    DepthwiseRow<T> row = shared;
    std::vector<const T*> x_rows;
    std::vector<T*> sum_rows;
    const int64_t end = std::min(outputs, (piece + 1) * per_piece);
    for (int64_t output = piece * per_piece; output < end; ++output) {
      row.row_count = collect_rows(c, output, x, sums, x_rows, sum_rows);
      row.rows = x_rows.data();
      const T* const g = dy + output / c.out_h * c.out.image + output % c.out_h * c.out.row;
      with_simd([&]<SimdLevel kLevel>() {
        depthwise_filter_grad_row<kLevel, T>(row, g, sum_rows.data());
      });
    }
  });
  for (int64_t channel = 0; channel < c.groups; ++channel)
    for (int64_t tap = 0; tap < taps; ++tap) {
      T sum = 0;
      for (int64_t piece = 0; piece < pieces; ++piece)
        sum += partials[piece * size + tap * c.groups + channel];
      dw[channel * taps + tap] = sum;
    }
}

template void depthwise_correlate(const KernelCtx&, const Correlation&, const float*, const float*,
                                  const Epilogue<float>&, float*);
template void depthwise_correlate(const KernelCtx&, const Correlation&, const double*,
                                  const double*, const Epilogue<double>&, double*);
template void depthwise_filter_grad(const KernelCtx&, const Correlation&, const float*,
                                    const float*, float*);
template void depthwise_filter_grad(const KernelCtx&, const Correlation&, const double*,
                                    const double*, double*);

}  // namespace graft::cpu
