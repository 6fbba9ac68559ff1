// Two sums for each channel over all rows, in two kernels: blocks sum stretches of rows, then the
// stretches are added in their order. Where stretches end depends on the shape alone: bits repeat.
#pragma once

#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cuda/batch_norm/channels.h"
#include "graft/kernels/cuda/device/block_reduce.h"
#include "graft/kernels/cuda/device/launch.h"

namespace graft::cuda {

/// Plain data: shared memory has no constructors.
template <class Number>
struct TwoSums {
  Number first, second;
  __device__ void add(const TwoSums& other) {
    first += other.first;
    second += other.second;
  }
};

/// How rows and channels are dealt to blocks of kBlock threads: `lanes` threads side by side along
/// a row, the others below each other.
struct SumLayout {
  int64_t lanes, row_lanes, stretches, stretch_rows, blocks_across;

  static SumLayout of(const ChannelRows& x, int64_t pack) {
    constexpr int64_t kRowsAThread = 16, kMostStretches = 512;
    const int64_t packs = x.channels / pack;
    SumLayout layout{};
    layout.lanes = 1;
    while (layout.lanes < packs && layout.lanes < kWarp) layout.lanes *= 2;
    layout.row_lanes = kBlock / layout.lanes;
    const int64_t wanted = ceil_div(x.rows, layout.row_lanes * kRowsAThread);
    layout.stretch_rows = ceil_div(x.rows, std::clamp<int64_t>(wanted, 1, kMostStretches));
    layout.stretches = x.rows == 0 ? 0 : ceil_div(x.rows, layout.stretch_rows);
    layout.blocks_across = ceil_div(packs, layout.lanes);
    return layout;
  }
};

/// Terms terms(row, first channel, TwoSums[kSize]) adds what a pack of channels of one row counts.
template <class Number, int kSize, class Terms>
__global__ void sum_stretches(Terms terms, ChannelRows x, SumLayout layout, TwoSums<Number>* sums) {
  __shared__ TwoSums<Number> of_thread[kBlock][kSize];
  const int64_t lane = threadIdx.x % layout.lanes, row_lane = threadIdx.x / layout.lanes;
  const int64_t stretch = blockIdx.x % layout.stretches, across = blockIdx.x / layout.stretches;
  const int64_t channel = (across * layout.lanes + lane) * kSize;
  const bool inside = channel < x.channels;
  TwoSums<Number> mine[kSize] = {};
  if (inside) {
    const int64_t first = stretch * layout.stretch_rows;
    const int64_t end = first + layout.stretch_rows < x.rows ? first + layout.stretch_rows : x.rows;
    for (int64_t row = first + row_lane; row < end; row += layout.row_lanes)
      terms(row, channel, mine);
  }
  for (int k = 0; k < kSize; ++k) of_thread[threadIdx.x][k] = mine[k];
  __syncthreads();
  if (row_lane != 0 || !inside) return;
  for (int64_t below = 1; below < layout.row_lanes; ++below)
    for (int k = 0; k < kSize; ++k) mine[k].add(of_thread[below * layout.lanes + lane][k]);
  for (int k = 0; k < kSize; ++k) sums[stretch * x.channels + channel + k] = mine[k];
}

/// Finish finish(channel, first sum, second sum), in f64, once a channel. A warp takes a channel.
template <class Number, class Finish>
__global__ void add_stretches(const TwoSums<Number>* sums, int64_t stretches, int64_t channels,
                              Finish finish) {
  // Whole warps take the next channel, or leave, together.
  for (GridStride thread(channels * kWarp); thread; thread.next()) {
    const int64_t channel = thread.at / kWarp;
    TwoSums<double> total{};
    for (int64_t i = thread.at % kWarp; i < stretches; i += kWarp) {
      const TwoSums<Number>& part = sums[i * channels + channel];
      total.add({static_cast<double>(part.first), static_cast<double>(part.second)});
    }
    const double first = warp_reduce<SumOf>(total.first), second = warp_reduce<SumOf>(total.second);
    if (thread.at % kWarp == 0) finish(channel, first, second);
  }
}

/// A Finish: both sums as they are, [C] each.
template <class Number>
struct StoreSums {
  Number *first_sums, *second_sums;
  __device__ void operator()(int64_t channel, double first, double second) const {
    first_sums[channel] = static_cast<Number>(first);
    second_sums[channel] = static_cast<Number>(second);
  }
};

template <class Number, int kSize, class Terms, class Finish>
void channel_sums(const KernelCtx& ctx, const ChannelRows& x, const Terms& terms,
                  const Finish& finish) {
  if (x.channels == 0) return;
  const SumLayout layout = SumLayout::of(x, kSize);
  Workspace scratch = ctx.workspace.nested();
  auto* const sums = scratch.take_array<TwoSums<Number>>(layout.stretches * x.channels);
  const dim3 blocks(static_cast<unsigned>(layout.stretches * layout.blocks_across));
  launch(ctx, {blocks}, sum_stretches<Number, kSize, Terms>, terms, x, layout, sums);
  launch(ctx, grid_for(x.channels * kWarp), add_stretches<Number, Finish>, sums, layout.stretches,
         x.channels, finish);
}

}  // namespace graft::cuda
