#include <limits>

#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {
namespace {

// Sums are made of short blocks in T, whose results are added in f64: the rounding error of an f32
// sum stays at that of one block, however many elements.
constexpr int64_t kBlock = 1024;     // elements along a reduced innermost axis
constexpr int64_t kRowBlock = 64;    // rows added elementwise
constexpr int64_t kTileWidth = 256;  // columns at a time of those rows

struct SumOf {
  template <class T>
  using Wide = double;
  template <class T>
  static constexpr T kIdentity = T(0);
  template <class T>
  static T combine(T a, T b) {
    return a + b;
  }
};

struct MaxOf {
  template <class T>
  using Wide = T;
  template <class T>
  static constexpr T kIdentity = -std::numeric_limits<T>::infinity();
  template <class T>
  static T combine(T a, T b) {
    return Maximum::f(a, b);
  }
};

template <class Op, class T>
T reduce_block(const T* x, int64_t step, int64_t count) {
  constexpr int64_t kLanes = 16;
  T lane[kLanes];
  if (count < kLanes) {
    T total = Op::template kIdentity<T>;
    for (int64_t i = 0; i < count; ++i) total = Op::combine(total, x[i * step]);
    return total;
  }
  for (T& value : lane) value = Op::template kIdentity<T>;
  int64_t i = 0;
  if (step == 1) {
    for (; i + kLanes <= count; i += kLanes)
      for (int64_t l = 0; l < kLanes; ++l) lane[l] = Op::combine(lane[l], x[i + l]);
  }
  for (; i < count; ++i) lane[i % kLanes] = Op::combine(lane[i % kLanes], x[i * step]);
  for (int64_t width = kLanes / 2; width > 0; width /= 2)
    for (int64_t l = 0; l < width; ++l) lane[l] = Op::combine(lane[l], lane[l + width]);
  return lane[0];
}

// Elementwise reduction of rows of at most kTileWidth columns.
template <class Op, class T>
class RowReducer {
 public:
  using Wide = typename Op::template Wide<T>;

  RowReducer(Wide* total, int64_t width, int64_t step) : total_(total), width_(width), step_(step) {
    std::fill_n(total_, width_, Op::template kIdentity<Wide>);
    std::fill_n(block_, width_, Op::template kIdentity<T>);
  }
  ~RowReducer() { flush(); }

  void add(const T* row) {
    if (step_ == 1)
      for (int64_t c = 0; c < width_; ++c) block_[c] = Op::combine(block_[c], row[c]);
    else
      for (int64_t c = 0; c < width_; ++c) block_[c] = Op::combine(block_[c], row[c * step_]);
    if (++rows_ == kRowBlock) flush();
  }

 private:
  void flush() {
    for (int64_t c = 0; c < width_; ++c) {
      total_[c] = Op::combine(total_[c], static_cast<Wide>(block_[c]));
      block_[c] = Op::template kIdentity<T>;
    }
    rows_ = 0;
  }

  Wide* const total_;
  const int64_t width_, step_;
  T block_[kTileWidth];
  int64_t rows_ = 0;
};

// The axes sorted into kept ones (operands x, y) and reduced ones (x). Where x is densest along a
// kept axis that axis becomes the columns of rows to be added, else there is one column.
struct ReducePlan {
  LoopPlan<2> kept;
  LoopPlan<1> reduced;
  int64_t columns = 1, x_column = 0, y_column = 0;

  ReducePlan(const ConstView& x, const View& y) {
    std::array<int, kMaxRank> order{};
    for (int axis = 0; axis < x.rank(); ++axis) order[static_cast<size_t>(axis)] = axis;
    // Widest stride first; an axis that is only repeated belongs outside.
    std::stable_sort(order.begin(), order.begin() + x.rank(), [&](int a, int b) {
      const auto rank_of = [&](int axis) {
        return x.strides[axis] == 0 ? std::numeric_limits<int64_t>::max() : x.strides[axis];
      };
      return rank_of(a) > rank_of(b);
    });
    Shape kept_shape, kept_x, kept_y, reduced_shape, reduced_x;
    bool inner_kept = false;
    for (int k = 0; k < x.rank(); ++k) {
      const int axis = order[static_cast<size_t>(k)];
      if (x.dim(axis) == 1) continue;
      inner_kept = y.dim(axis) != 1;
      if (inner_kept) {
        kept_shape.push_back(x.dim(axis));
        kept_x.push_back(x.strides[axis]);
        kept_y.push_back(y.strides[axis]);
      } else {
        reduced_shape.push_back(x.dim(axis));
        reduced_x.push_back(x.strides[axis]);
      }
    }
    kept = plan_loop<2>(kept_shape, {kept_x, kept_y});
    reduced = plan_loop<1>(reduced_shape, {reduced_x});
    if (inner_kept) {
      columns = kept.inner_extent();
      x_column = kept.inner_stride(0);
      y_column = kept.inner_stride(1);
      kept.remove_axis(kept.last());
    }
  }
};

// One unit of work: the columns of one tile, over a piece of the reduced elements.
template <class Op, class T, class Wide>
void reduce_piece(const ReducePlan& plan, const T* x, int64_t width, int64_t begin, int64_t end,
                  Wide* total) {
  const int64_t step = plan.reduced.inner_stride(0);
  if (plan.columns == 1) {
    *total = Op::template kIdentity<Wide>;
    walk(plan.reduced, begin, end, [&](const auto& offset, int64_t run) {
      for (int64_t i = 0; i < run; i += kBlock)
        *total =
            Op::combine(*total, static_cast<Wide>(reduce_block<Op>(x + offset[0] + i * step, step,
                                                                   std::min(kBlock, run - i))));
    });
  } else {
    RowReducer<Op, T> rows(total, width, plan.x_column);
    walk(plan.reduced, begin, end, [&](const auto& offset, int64_t run) {
      for (int64_t i = 0; i < run; ++i) rows.add(x + offset[0] + i * step);
    });
  }
}

template <class Op, class T>
void reduce_all(const KernelCtx& ctx, const ReducePlan& plan, const T* x, T* y) {
  using Wide = typename Op::template Wide<T>;
  const int64_t tile = std::min(plan.columns, kTileWidth);
  const int64_t tiles = (plan.columns + kTileWidth - 1) / kTileWidth;
  const int64_t outputs = plan.kept.count * tiles, count = plan.reduced.count;
  if (outputs == 0) return;

  // A long reduction into few outputs is cut into pieces, so that all threads find work.
  int64_t piece = std::max<int64_t>(count, 1);
  if (outputs < 32) piece = std::min(piece, std::max(kRowBlock, kElementGrain / tile));
  const int64_t pieces = std::max<int64_t>(1, (count + piece - 1) / piece);
  Wide* const partial =
      pieces > 1 ? ctx.workspace.take_array<Wide>(outputs * pieces * tile) : nullptr;

  const auto store = [&](int64_t output, const Wide* total) {
    const auto offset = plan.kept.offset_of(output / tiles);
    const int64_t first = output % tiles * kTileWidth;
    const int64_t width = std::min(kTileWidth, plan.columns - first);
    T* const to = y + offset[1] + first * plan.y_column;
    for (int64_t c = 0; c < width; ++c) to[c * plan.y_column] = static_cast<T>(total[c]);
  };

  const int64_t grain = std::max<int64_t>(1, kElementGrain / (piece * tile));
  parallel_ranges(outputs * pieces, grain, [&](int64_t begin, int64_t end) {
    Wide local[kTileWidth];
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t output = unit / pieces, from = unit % pieces * piece;
      const int64_t first = output % tiles * kTileWidth;
      const T* const start = x + plan.kept.offset_of(output / tiles)[0] + first * plan.x_column;
      Wide* const total = partial ? partial + unit * tile : local;
      reduce_piece<Op>(plan, start, std::min(kTileWidth, plan.columns - first), from,
                       std::min(count, from + piece), total);
      if (!partial) store(output, total);
    }
  });
  if (!partial) return;
  for (int64_t output = 0; output < outputs; ++output) {
    Wide* const total = partial + output * pieces * tile;
    const int64_t width = std::min(kTileWidth, plan.columns - output % tiles * kTileWidth);
    for (int64_t p = 1; p < pieces; ++p)
      for (int64_t c = 0; c < width; ++c) total[c] = Op::combine(total[c], total[p * tile + c]);
    store(output, total);
  }
}

}  // namespace

void reduce(const KernelCtx& ctx, ReduceKind kind, ConstView x, View y) {
  const ReducePlan plan(x, y);
  with_float("reduce", x.dtype, [&](auto tag) {
    using T = decltype(tag);
    if (kind == ReduceKind::Sum)
      reduce_all<SumOf>(ctx, plan, x.as<T>(), y.as<T>());
    else
      reduce_all<MaxOf>(ctx, plan, x.as<T>(), y.as<T>());
  });
}

}  // namespace graft::cpu
