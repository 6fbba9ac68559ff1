// The gradient towards the filter: for each group, dw [Cout][taps Cin] = dy^T [Cout][pixels] times
// the windows [pixels][taps Cin]. dy is read where it lies, and so are windows of one pixel; others
// are packed piece by piece of the pixels. A piece of work owns a part of dw; where that gives too
// few, pixels are divided too, into a number of parts that the shape fixes, and the partial sums
// are added in their order.
#include <algorithm>
#include <type_traits>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/conv/direct_filter_grad.h"
#include "graft/kernels/cpu/conv/one_channel.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/partition.h"
#include "graft/kernels/cpu/winograd/choice.h"
#include "graft/kernels/cpu/winograd/filter_grad.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

constexpr int64_t kPixels = 224;  // of a piece
constexpr int64_t kSpan = 256;    // columns of a piece
constexpr int64_t kTiles = 20;    // of output channels in a part of dw
constexpr int64_t kParts = 16;    // pieces of work wanted
constexpr int64_t kPartialBytes = 16 << 20;

// Columns begin..begin+width-1 of a run of the window.
struct Span {
  int64_t run, begin, width;
};

std::vector<Span> cut_runs(const BandLayout& layout) {
  std::vector<Span> spans;
  const int64_t pieces = ceil_div(layout.run, kSpan);
  for (int64_t run = 0; run < static_cast<int64_t>(layout.offsets.size()); ++run)
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t width = std::min(layout.run - piece * kSpan, kSpan);
      spans.push_back({run, piece * kSpan, width});
    }
  return spans;
}

// The part of dw and of the pixels that one piece of work has.
struct Part {
  int64_t group, first_channel, end_channel, first_span, end_span, first_piece, end_piece;
};

// Windows of one pixel, at a fixed distance from one another as those of collapsed() are.
bool is_row_of_pixels(const Correlation& c) {
  return c.images == 1 && c.out_h == 1 && c.stride_w == 1 && c.rows.size() == 1 &&
         c.cols.size() == 1 && c.inside();
}

template <class T>
struct Job {
  const Correlation& c;
  const Partition partition;
  const BandLayout layout;
  const std::vector<Span> spans;
  const T* x;
  const T* dy;
  const int tile_rows;
  const bool in_place;  // windows are read where they lie

  int64_t pixels() const { return partition.together() * partition.height() * partition.width(); }
  int64_t band_size() const { return partition.together() * layout.size(); }
  int64_t scratch_size() const { return band_size() + pixels() * (kSpan + 64); }

  // dw of a group is [columns][depth].
  void run(const Part& part, T* dw, T* scratch) const {
    T* const band = scratch;
    T* const packed = band + band_size();
    for (int64_t piece = part.first_piece; piece < part.end_piece; ++piece) {
      std::vector<const T*> origins;
      std::vector<Rectangle> rectangles;
      int64_t count = 0;
      partition.for_each(piece, [&](const Rectangle& r) {
        T* const own = band + static_cast<int64_t>(origins.size()) * layout.size();
        origins.push_back(window_origin(c, layout, r, part.group, x, own));
        rectangles.push_back(r);
        count += r.height * r.width;
      });
      Tile<T> tiles[kTiles + 1];
      Panel<T> panel = panel_of(part, rectangles.front(), count, dw, tiles);
      panel.continued = piece > part.first_piece;
      for (int64_t s = part.first_span; s < part.end_span; ++s) {
        const Span& span = spans[static_cast<size_t>(s)];
        if (in_place) {
          panel.b = origins.front() + span.begin;
        } else {
          pack_windows(rectangles, origins, span, count, packed);
          panel.b = packed;
        }
        multiply(panel, span, layout.run);
      }
    }
  }

 private:
  // All of a part's sums over a piece, but for the windows: rectangles cover whole rows, or lie in
  // one row, so that their pixels of dy are one run of memory.
  Panel<T> panel_of(const Part& part, const Rectangle& first, int64_t count, T* dw,
                    Tile<T>* tiles) const {
    const T* const gradient = dy + first.image * c.out.image + first.row * c.out.row +
                              first.col * c.out.pixel + part.group * c.columns;
    const int64_t channels = part.end_channel - part.first_channel;
    Panel<T> panel;
    panel.tiles = tiles;
    panel.tile_count = ceil_div(channels, tile_rows);
    for (int64_t t = 0; t < panel.tile_count; ++t) {
      const int64_t begin = part.first_channel + channels * t / panel.tile_count;
      const int64_t end = part.first_channel + channels * (t + 1) / panel.tile_count;
      tiles[t] = {gradient + begin, dw + begin * c.depth(), nullptr, static_cast<int>(end - begin),
                  gradient + begin + count * c.out.pixel};
    }
    panel.layout = LayoutA::Transposed;
    panel.a_stride = c.out.pixel;
    panel.c_stride = c.depth();
    panel.run = panel.b_depth = count;
    if (in_place) {
      panel.b_stride = c.in.pixel;
      panel.next_b = count * c.in.pixel;
    }
    return panel;
  }

  void pack_windows(const std::vector<Rectangle>& rectangles, const std::vector<const T*>& origins,
                    const Span& span, int64_t count, T* packed) const {
    const ImageStrides step = window_strides(c, layout);
    const ColumnBlocks blocks = ColumnBlocks::of<T>(span.width);
    const int64_t offset = layout.offsets[static_cast<size_t>(span.run)] + span.begin;
    for (int64_t block = 0; block < blocks.count(); ++block) {
      T* to = packed + blocks.begin(block) * count;
      const int width = blocks.width_of(block);
      for (size_t i = 0; i < rectangles.size(); ++i)
        for (int64_t row = 0; row < rectangles[i].height; ++row) {
          const T* const from = origins[i] + row * step.row + offset + blocks.begin(block);
          pack_block({from, step.pixel, 1}, rectangles[i].width, blocks.columns_of(block), width,
                     to);
          to += rectangles[i].width * width;
        }
    }
  }

  // The tiles' rows of dw, columns of the span.
  static void multiply(Panel<T> panel, const Span& span, int64_t run) {
    Tile<T> tiles[kTiles + 1];
    std::copy_n(panel.tiles, panel.tile_count, tiles);
    for (int64_t t = 0; t < panel.tile_count; ++t) tiles[t].c += span.run * run + span.begin;
    panel.tiles = tiles;
    panel.columns = span.width;
    with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, T>(panel); });
  }
};

template <class T>
void sum_windows(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy, T* dw) {
  const Partition partition(c, kPixels);
  BandLayout layout = band_layout(c, partition.height(), partition.width(), sizeof(T), false);
  std::vector<Span> spans = cut_runs(layout);
  const TileShape tile = tile_shape<T>(simd_level());
  const bool in_place = is_row_of_pixels(c) && c.channels % (tile.columns / 2) == 0;
  const Job<T> job{c, partition, std::move(layout), std::move(spans), x, dy, tile.rows, in_place};
  const int64_t span_count = static_cast<int64_t>(job.spans.size());
  const int64_t channel_parts = ceil_div(c.columns, kTiles * job.tile_rows);
  const int64_t size = c.groups * c.columns * c.depth();
  const int64_t bytes = size * static_cast<int64_t>(sizeof(T));
  const int64_t owned = c.groups * channel_parts;
  // Dividing pixels, a part has its own sums of kSpan columns to write and to add; dividing spans,
  // it reads all of dy again.
  const bool few_pixels = in_place && c.outputs() < 2 * kParts * kSpan;
  const int64_t least = few_pixels ? std::min(span_count, ceil_div(kParts, owned)) : 1;
  const int64_t wanted = ceil_div(kParts, owned * least);
  const int64_t pixel_parts =
      std::max<int64_t>(1, std::min({partition.count(), wanted, kPartialBytes / bytes}));
  const int64_t span_parts = std::min(span_count, ceil_div(kParts, owned * pixel_parts));
  T* const sums = pixel_parts > 1 ? ctx.workspace.take_array<T>(pixel_parts * size) : dw;
  T* const scratch = ctx.workspace.take_array<T>(num_threads() * job.scratch_size());
  parallel_for(owned * pixel_parts * span_parts, [&](int64_t item, int worker) {
    const int64_t s = item % span_parts, p = item / span_parts % pixel_parts;
    const int64_t o = item / (span_parts * pixel_parts) % channel_parts;
    Part part{};
    part.group = item / (span_parts * pixel_parts * channel_parts);
    part.first_channel = c.columns * o / channel_parts;
    part.end_channel = c.columns * (o + 1) / channel_parts;
    part.first_span = span_count * s / span_parts;
    part.end_span = span_count * (s + 1) / span_parts;
    part.first_piece = partition.count() * p / pixel_parts;
    part.end_piece = partition.count() * (p + 1) / pixel_parts;
    job.run(part, sums + p * size + part.group * c.columns * c.depth(),
            scratch + worker * job.scratch_size());
  });
  if (pixel_parts == 1) return;
  parallel_ranges(size, 16384, [&](int64_t begin, int64_t end) {
    std::copy(sums + begin, sums + end, dw + begin);
    for (int64_t p = 1; p < pixel_parts; ++p)
      for (int64_t i = begin; i < end; ++i) dw[i] += sums[p * size + i];
  });
}

// With windows of one pixel x and dy are alike. True if only the output channels fill vectors.
template <class T>
bool better_exchanged(const Correlation& c) {
  const int64_t lanes = tile_shape<T>(simd_level()).columns / 2;
  return is_row_of_pixels(c) && c.columns % lanes == 0 && c.channels % lanes != 0;
}

template <class T>
void filter_grad(const KernelCtx& ctx, const Correlation& geometry, const T* x, const T* dy,
                 T* dw) {
  if (one_channel_applies<T>(geometry)) return one_channel_filter_grad(ctx, geometry, x, dy, dw);
  if constexpr (std::is_same_v<T, float>) {
    if (winograd::applies(geometry)) return winograd::filter_grad(ctx, geometry, x, dy, dw);
    if (direct_filter_grad_applies(geometry)) return direct_filter_grad(ctx, geometry, x, dy, dw);
  }
  const Correlation c = collapsed(geometry);
  if (!better_exchanged<T>(c)) return sum_windows(ctx, c, x, dy, dw);
  Correlation exchanged = c;
  std::swap(exchanged.channels, exchanged.columns);
  std::swap(exchanged.in, exchanged.out);
  T* const transposed = ctx.workspace.take_array<T>(c.groups * c.columns * c.channels);
  sum_windows(ctx, exchanged, dy, x, transposed);
  parallel_for(c.groups, [&](int64_t group, int) {
    const int64_t begin = group * c.columns * c.channels;
    for (int64_t column = 0; column < c.columns; ++column)
      for (int64_t channel = 0; channel < c.channels; ++channel)
        dw[begin + column * c.channels + channel] =
            transposed[begin + channel * c.columns + column];
  });
}

}  // namespace

void conv2d_filter_grad(const KernelCtx& ctx, ConstView x, ConstView dy, View dw,
                        const Conv2dParams& params) {
  if (dw.numel() == 0) return;
  const Correlation c = forward_correlation(x.shape, dw.shape, dy.shape, params);
  const ConstView image = contiguous_operand(ctx, x), gradient = contiguous_operand(ctx, dy);
  with_float("conv2d_filter_grad", dw.dtype, [&](auto zero) {
    using T = decltype(zero);
    if (c.outputs() == 0) {
      std::fill_n(dw.as<T>(), dw.numel(), T(0));
      return;
    }
    const auto run = is_depthwise(dw.shape, params) ? depthwise_filter_grad<T> : filter_grad<T>;
    run(ctx, c, image.as<T>(), gradient.as<T>(), dw.as<T>());
  });
}

}  // namespace graft::cpu
