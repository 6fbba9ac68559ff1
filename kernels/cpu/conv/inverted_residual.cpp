// Expand, depthwise and project strip by strip: a strip is some rows of the result, and the
// expanded rows that its windows read stay in the second-level cache, in a ring, because the next
// strip reads the last of them again. Each value is made by the kernels that make it in three
// convolutions, so it has the same bits.
#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/cache_size.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/conv/filter_forms.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/product/tiles.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/inverted_residual_steps.h"

namespace graft::cpu {
namespace {

// Pieces of work wanted: where there are fewer images, each is cut into bands of rows,
constexpr int64_t kPieces = 8;
// which have at least so many times the rows that two neighbours both expand.
constexpr int64_t kRowsForShared = 4;
// With fewer pieces some threads would have nothing to do.
constexpr int64_t kFewestPieces = 4;

// Rows first..end-1 of an image.
struct Rows {
  int64_t first, end;
};

// y = act(x w + bias + residual), pixel by pixel.
template <class T>
struct Pointwise {
  int64_t inputs = 0, outputs = 0;
  const T* packed = nullptr;
  const T* bias = nullptr;
  Activation activation = Activation::None;

  Pointwise() = default;
  Pointwise(const KernelCtx& ctx, const ConstView& w, const ConstView& b, Activation act)
      : inputs(w.dim(3)),
        outputs(w.dim(0)),
        packed(packed_filter<T>(ctx, w, 1)),
        bias(b.as<T>()),
        activation(act) {}

  void run(const T* x, int64_t pixels, const T* residual, T* y, Tile<T>* tiles) const {
    Tile<T>* end = tiles;
    add_tiles<T>(end, {x, y, residual, 0}, pixels, {inputs, outputs},
                 tile_shape<T>(simd_level()).rows);
    Panel<T> panel;
    panel.tiles = tiles;
    panel.tile_count = end - tiles;
    panel.a_stride = panel.run = panel.b_depth = inputs;
    panel.c_stride = panel.columns = outputs;
    panel.b = packed;
    panel.bias = bias;
    panel.activation = activation;
    with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, T>(panel); });
  }
};

template <class T>
struct Block {
  const Correlation& c;  // of the depthwise step
  const bool expands;
  const Pointwise<T> expand, project;
  const T* weights;
  const Epilogue<T> depthwise;
  const T* x;
  const T* residual;
  T* y;
  int64_t strip = 0;  // rows of the result
  int64_t held = 0;   // rows of the ring

  int64_t input_rows(int64_t rows) const {
    return std::min(c.in_h, (rows - 1) * c.stride_h + c.rows.back() - c.rows.front() + 1);
  }
  int64_t ring_size() const { return expands ? held * c.in.row : 0; }
  int64_t scratch_size() const { return ring_size() + strip * c.out.row; }
  int64_t tile_count() const {
    const int64_t pixels = std::max(held * c.in_w, strip * c.out_w);
    return ceil_div(pixels, tile_shape<T>(simd_level()).rows);
  }

  // As many rows at a time as half of the cache has room for.
  void choose_strip() {
    const int64_t room = cache_sizes().level2 / 2 / static_cast<int64_t>(sizeof(T));
    strip = held = 1;
    for (int64_t rows = 1; rows <= c.out_h; ++rows) {
      const int64_t expanded = expands ? input_rows(rows) * c.in.row : 0;
      if (rows > 1 && expanded + rows * c.out.row > room) break;
      strip = rows, held = input_rows(rows);
    }
    strip = ceil_div(c.out_h, ceil_div(c.out_h, strip));  // as even as it goes
  }

  void run(int64_t image, Rows rows, T* scratch, Tile<T>* tiles) const {
    T* const ring = scratch;
    T* const middle = scratch + ring_size();
    const T* const source = x + image * c.in_h * c.in_w * (expands ? expand.inputs : c.groups);
    DepthwiseStrip<T> windows(c, expands ? held : c.in_h);
    int64_t expanded = 0;
    for (int64_t first = rows.first; first < rows.end; first += strip) {
      const int64_t end = std::min(rows.end, first + strip);
      if (expands) {
        const int64_t needed = first * c.stride_h + c.rows.front();
        const int64_t last = (end - 1) * c.stride_h + c.rows.back();
        expanded = std::max(expanded, needed);
        expand_rows(source, {expanded, std::min(c.in_h, last + 1)}, ring, tiles);
        expanded = std::max(expanded, last + 1);
      }
      windows.correlate(first, end, expands ? ring : source, weights, depthwise, middle);
      const int64_t at = (image * c.out_h + first) * c.out_w * project.outputs;
      project.run(middle, (end - first) * c.out_w, residual ? residual + at : nullptr, y + at,
                  tiles);
    }
  }

 private:
  void expand_rows(const T* source, Rows rows, T* ring, Tile<T>* tiles) const {
    for (int64_t row = rows.first; row < rows.end;) {
      const int64_t place = row % held, count = std::min(rows.end - row, held - place);
      expand.run(source + row * c.in_w * expand.inputs, count * c.in_w, nullptr,
                 ring + place * c.in.row, tiles);
      row += count;
    }
  }
};

// Bands of rows that each image is cut into.
int64_t bands_of(const Correlation& c) {
  const int64_t shared = std::max<int64_t>(0, c.rows.back() - c.rows.front() + 1 - c.stride_h);
  const int64_t shortest = std::max<int64_t>(1, kRowsForShared * shared / c.stride_h);
  return std::clamp<int64_t>(c.out_h / shortest, 1, ceil_div(kPieces, c.images));
}

}  // namespace

void inverted_residual(const KernelCtx& ctx, ConstView x, ConstView expand, ConstView expand_bias,
                       ConstView depthwise, ConstView depthwise_bias, const Conv2dParams& params,
                       ConstView project, ConstView project_bias, ConstView residual,
                       Activation activation, View y) {
  if (y.numel() == 0) return;
  const Shape hidden{x.dim(0), x.dim(1), x.dim(2), depthwise.dim(0)};
  const Shape filtered{y.dim(0), y.dim(1), y.dim(2), depthwise.dim(0)};
  const Correlation c = forward_correlation(hidden, depthwise.shape, filtered, params);
  const int64_t bands = bands_of(c);
  if (c.images * bands < kFewestPieces)  // each step shares itself out better
    return inverted_residual_in_steps<conv2d_forward>(ctx, x, expand, expand_bias, depthwise,
                                                      depthwise_bias, params, project, project_bias,
                                                      residual, activation, y);
  for (ConstView* operand :
       {&x, &expand, &expand_bias, &depthwise, &depthwise_bias, &project, &project_bias, &residual})
    *operand = contiguous_operand(ctx, *operand);
  with_float("inverted_residual", y.dtype, [&]<class T>(T) {
    Block<T> block{c,
                   static_cast<bool>(expand),
                   expand ? Pointwise<T>(ctx, expand, expand_bias, activation) : Pointwise<T>(),
                   Pointwise<T>(ctx, project, project_bias, Activation::None),
                   filter_by_tap<T>(ctx, depthwise),
                   {depthwise_bias.as<T>(), nullptr, activation},
                   x.as<T>(),
                   residual.as<T>(),
                   y.as<T>()};
    block.choose_strip();
    const int64_t workers = num_threads();
    T* const scratch = ctx.workspace.take_array<T>(workers * block.scratch_size());
    auto* const tiles = ctx.workspace.take_array<Tile<T>>(workers * block.tile_count());
    parallel_for(c.images * bands, [&](int64_t item, int worker) {
      const int64_t band = item % bands;
      block.run(item / bands, {c.out_h * band / bands, c.out_h * (band + 1) / bands},
                scratch + worker * block.scratch_size(), tiles + worker * block.tile_count());
    });
  });
}

}  // namespace graft::cpu
