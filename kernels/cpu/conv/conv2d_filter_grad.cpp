// The gradient towards the filter: for each group, dw [Cout][taps Cin] = dy^T [Cout][pixels] times
// the windows [pixels][taps Cin]. Both sides are packed piece by piece of the pixels. A piece of
// work owns a part of dw; where that gives too few, pixels are divided too, into a number of parts
// that the shape fixes, and the partial sums are added in their order.
#include <algorithm>
#include <type_traits>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/ceil_div.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/conv/direct_filter_grad.h"
#include "graft/kernels/cpu/dtype_switch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/partition.h"
#include "graft/kernels/cpu/winograd/choice.h"
#include "graft/kernels/cpu/winograd/filter_grad.h"

namespace graft::cpu {
namespace {

constexpr int64_t kPixels = 224;  // of a packed piece
constexpr int64_t kSpan = 256;    // columns of a packed piece
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

template <class T>
struct Job {
  const Correlation& c;
  const Partition partition;
  const BandLayout layout;
  const std::vector<Span> spans;
  const T* x;
  const T* dy;
  int tile_rows;

  int64_t pixels() const { return partition.together() * partition.height() * partition.width(); }
  int64_t band_size() const { return partition.together() * layout.size(); }
  int64_t scratch_size() const {
    return band_size() + pixels() * ((kTiles + 1) * tile_rows + kSpan + 2 * 64);
  }

  // dw of a group is [columns][depth].
  void run(const Part& part, T* dw, T* scratch) const {
    const int64_t channels = part.end_channel - part.first_channel;
    const int64_t tile_count = ceil_div(channels, tile_rows);
    T* const band = scratch;
    T* const packed_dy = band + band_size();
    T* const packed_x = packed_dy + tile_count * tile_rows * pixels();
    Tile<T> tiles[kTiles + 1];
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
      for (int64_t t = 0; t < tile_count; ++t) {
        const int64_t begin = channels * t / tile_count, end = channels * (t + 1) / tile_count;
        const int64_t channel = part.first_channel + begin;
        T* const to = packed_dy + t * tile_rows * count;
        pack_dy(rectangles, part.group * c.columns + channel, static_cast<int>(end - begin), to);
        tiles[t] = {to, dw + channel * c.depth(), nullptr, static_cast<int>(end - begin)};
      }
      for (int64_t s = part.first_span; s < part.end_span; ++s) {
        pack_windows(rectangles, origins, spans[static_cast<size_t>(s)], count, packed_x);
        multiply(spans[static_cast<size_t>(s)], tiles, tile_count, count, packed_x,
                 piece > part.first_piece);
      }
    }
  }

 private:
  void pack_dy(const std::vector<Rectangle>& rectangles, int64_t channel, int rows, T* to) const {
    for (const Rectangle& r : rectangles)
      for (int64_t row = 0; row < r.height; ++row) {
        const int64_t at = r.image * c.out.image + (r.row + row) * c.out.row + r.col * c.out.pixel;
        pack_block({dy + at + channel, c.out.pixel, 1}, r.width, rows, tile_rows, to);
        to += r.width * tile_rows;
      }
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
  void multiply(const Span& span, const Tile<T>* tiles, int64_t tile_count, int64_t count,
                const T* packed, bool continued) const {
    Tile<T> here[kTiles + 1];
    std::copy_n(tiles, tile_count, here);
    for (int64_t t = 0; t < tile_count; ++t) here[t].c += span.run * layout.run + span.begin;
    constexpr int64_t kNoOffset = 0;
    Panel<T> panel;
    panel.tiles = here;
    panel.tile_count = tile_count;
    panel.c_stride = c.depth();
    panel.offsets = &kNoOffset;
    panel.run = panel.packed_depth = count;
    panel.packed = packed;
    panel.columns = span.width;
    panel.layout = LayoutA::Transposed;
    panel.a_stride = tile_rows;
    panel.continued = continued;
    with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, T>(panel); });
  }
};

template <class T>
void filter_grad(const KernelCtx& ctx, const Correlation& geometry, const T* x, const T* dy,
                 T* dw) {
  if constexpr (std::is_same_v<T, float>) {
    if (winograd::applies(geometry)) return winograd::filter_grad(ctx, geometry, x, dy, dw);
    if (direct_filter_grad_applies(geometry)) return direct_filter_grad(ctx, geometry, x, dy, dw);
  }
  const Correlation c = collapsed(geometry);
  const Partition partition(c, kPixels);
  BandLayout layout = band_layout(c, partition.height(), partition.width(), sizeof(T));
  std::vector<Span> spans = cut_runs(layout);
  const Job<T> job{
      c, partition, std::move(layout), std::move(spans), x, dy, tile_shape<T>(simd_level()).rows};
  const int64_t span_count = static_cast<int64_t>(job.spans.size());
  const int64_t channel_parts = ceil_div(c.columns, kTiles * job.tile_rows);
  const int64_t size = c.groups * c.columns * c.depth();
  const int64_t bytes = size * static_cast<int64_t>(sizeof(T));
  const int64_t owned = c.groups * channel_parts;
  const int64_t pixel_parts = std::max<int64_t>(
      1, std::min({partition.count(), ceil_div(kParts, owned), kPartialBytes / bytes}));
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
