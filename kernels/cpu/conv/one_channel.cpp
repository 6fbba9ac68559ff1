#include "graft/kernels/cpu/conv/one_channel.h"

#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/conv/one_channel_rows.h"
#include "graft/kernels/cpu/moments.h"
#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/product/partition.h"

namespace graft::cpu {
namespace {

constexpr int64_t kPixels = 1024;     // of a piece of work
constexpr int64_t kMaxPartials = 16;  // of the filter gradient

template <class T>
int64_t lanes() {
  return tile_shape<T>(simd_level()).columns / 2;
}

// Parts of images, whole rows of outputs, with their zeros around.
template <class T>
class PaddedImage {
 public:
  PaddedImage(const Correlation& c, int64_t height)
      : c_(c),
        row_taps_(static_cast<int64_t>(c.rows.size())),
        col_taps_(static_cast<int64_t>(c.cols.size())),
        row_(ceil_div(c.out_w + col_taps_ - 1 + lanes<T>(), lanes<T>()) * lanes<T>()),
        height_(height + row_taps_ - 1) {}
  int64_t size() const { return height_ * row_; }

  // Fills `memory`, of size().
  PaddedRows<T> rows(const Rectangle& of, const T* x, T* memory) const {
    const T* const image = x + of.image * c_.in.image;
    const int64_t left = c_.cols.front(), begin = std::clamp<int64_t>(-left, 0, row_);
    const int64_t count = std::clamp<int64_t>(c_.in_w - left, begin, row_) - begin;
    with_simd([&]<SimdLevel kLevel>() {
      for (int64_t b = 0; b < of.height + row_taps_ - 1; ++b) {
        const int64_t iy = of.row + c_.rows.front() + b;
        const bool inside = iy >= 0 && iy < c_.in_h;
        if (inside) __builtin_prefetch(image + c_.in.image + iy * c_.in.row);
        pad_row<kLevel>(inside ? image + iy * c_.in.row + begin + left : image, inside ? count : 0,
                        begin, row_, memory + b * row_);
      }
    });
    return {memory, row_, row_taps_, col_taps_, c_.columns, of.height, c_.out_w, c_.out.row};
  }

 private:
  const Correlation& c_;
  int64_t row_taps_, col_taps_, row_, height_;
};

}  // namespace

template <class T>
bool one_channel_applies(const Correlation& c) {
  return c.groups == 1 && c.channels == 1 && c.columns > 1 && 2 * c.columns <= lanes<T>() &&
         c.depth() > 1 && c.in.pixel == 1 && c.stride_h == 1 && c.stride_w == 1 &&
         consecutive(c.rows) && consecutive(c.cols);
}

template <class T>
void one_channel_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* w,
                           const Epilogue<T>& epilogue, T* y) {
  const int64_t taps = c.depth(), width = lanes<T>();
  T* const weights = ctx.workspace.take_array<T>((taps + 1) * width);
  T* const bias = weights + taps * width;
  for (int64_t lane = 0; lane < width; ++lane) {
    const int64_t column = lane % c.columns;
    for (int64_t tap = 0; tap < taps; ++tap) weights[tap * width + lane] = w[column * taps + tap];
    bias[lane] = epilogue.bias ? epilogue.bias[column] : T(0);
  }
  const Partition partition(c, std::max(kPixels, c.out_w));
  const PaddedImage<T> image(c, partition.height());
  T* const memory = ctx.workspace.take_array<T>(num_threads() * image.size());
  if (epilogue.moments) epilogue.moments->begin(ctx, partition.count());
  parallel_for(partition.count(), [&](int64_t piece, int worker) {
    PixelRun<T> whole{nullptr, 0};
    partition.for_each(piece, [&](const Rectangle& r) {
      const PaddedRows<T> rows = image.rows(r, x, memory + worker * image.size());
      const int64_t at = r.image * c.out.image + r.row * c.out.row;
      if (!whole.first) whole.first = y + at;
      whole.pixels += r.height * r.width;
      Epilogue<T> here = epilogue;
      if (here.residual) here.residual += at;
      with_simd([&]<SimdLevel kLevel>() {
        one_channel_rows<kLevel, T>(rows, weights, bias, here, y + at);
      });
    });
    if (epilogue.moments) epilogue.moments->take(piece, 0, c.columns, whole);
  });
}

template <class T>
void one_channel_filter_grad(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy,
                             T* dw) {
  const int64_t taps = c.depth(), width = lanes<T>(), size = taps * width;
  const Partition partition(c, std::max(kPixels, c.out_w));
  const PaddedImage<T> image(c, partition.height());
  const int64_t parts = std::min(partition.count(), kMaxPartials);
  T* const partials = ctx.workspace.take_array<T>(parts * size);
  T* const memory = ctx.workspace.take_array<T>(num_threads() * image.size());
  T* const zeros = ctx.workspace.take_array<T>(c.out.row);
  std::fill_n(zeros, c.out.row, T(0));
  parallel_for(parts, [&](int64_t part, int worker) {
    T* const sums = partials + part * size;
    std::fill_n(sums, size, T(0));
    const int64_t end = partition.count() * (part + 1) / parts;
    for (int64_t piece = partition.count() * part / parts; piece < end; ++piece)
      partition.for_each(piece, [&](const Rectangle& r) {
        const PaddedRows<T> rows = image.rows(r, x, memory + worker * image.size());
        const int64_t at = r.image * c.out.image + r.row * c.out.row;
        with_simd([&]<SimdLevel kLevel>() {
          one_channel_filter_grad_rows<kLevel, T>(rows, dy + at, zeros, sums);
        });
      });
  });
  for (int64_t column = 0; column < c.columns; ++column)
    for (int64_t tap = 0; tap < taps; ++tap) {
      T sum = 0;
      for (int64_t part = 0; part < parts; ++part)
        for (int64_t lane = column; lane < width / c.columns * c.columns; lane += c.columns)
          sum += partials[part * size + tap * width + lane];
      *dw++ = sum;
    }
}

template bool one_channel_applies<float>(const Correlation&);
template bool one_channel_applies<double>(const Correlation&);
template void one_channel_correlate(const KernelCtx&, const Correlation&, const float*,
                                    const float*, const Epilogue<float>&, float*);
template void one_channel_correlate(const KernelCtx&, const Correlation&, const double*,
                                    const double*, const Epilogue<double>&, double*);
template void one_channel_filter_grad(const KernelCtx&, const Correlation&, const float*,
                                      const float*, float*);
template void one_channel_filter_grad(const KernelCtx&, const Correlation&, const double*,
                                      const double*, double*);

}  // namespace graft::cpu
