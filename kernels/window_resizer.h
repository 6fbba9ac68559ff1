// What resize_windows does to one element, on any device: taps and weights of each window, then its
// rows, then its columns.
#pragma once

#include <algorithm>

#include "graft/core/kernel_ctx.h"
#include "graft/core/op_params.h"
#include "graft/core/resample.h"
#include "graft/core/view.h"

namespace graft {

class WindowResizer {
 public:
  /// Of contiguous operands, with room in the workspace for what lies between the steps.
  WindowResizer(const KernelCtx& ctx, const ConstView& pixels, const ConstView& windows,
                const ResizeWindowsParams& params, const View& y)
      : pixels_(pixels.as<uint8_t>()),
        windows_(windows.as<int64_t>()),
        filter_(params.filter),
        height_(params.size.height),
        width_(params.size.width),
        channels_(pixels.dim(1)),
        most_rows_(params.largest.height),
        stride_(2 + std::max(ResampleAxis(params.largest.height, height_, filter_).most_taps(),
                             ResampleAxis(params.largest.width, width_, filter_).most_taps())),
        taps_(ctx.workspace.take_array<int32_t>(y.dim(0) * axes() * stride_)),
        rows_(ctx.workspace.take_array<uint8_t>(y.dim(0) * most_rows_ * row())) {}

  GRAFT_HD int64_t axes() const { return height_ + width_; }  ///< positions of both axes
  GRAFT_HD int64_t most_rows() const { return most_rows_; }   ///< of a window
  GRAFT_HD int64_t height() const { return height_; }
  GRAFT_HD int64_t row() const { return width_ * channels_; }  ///< elements of a result's row

  /// First, for each 0 <= position < axes() of each picture of the result.
  GRAFT_HD void find_taps(int64_t picture, int64_t position) const {
    const int64_t* const window = window_of(picture);
    int32_t* const found = taps_of(picture, position);
    if (position < height_)
      return store(ResampleAxis(window[2], height_, filter_), position, found);
    const int64_t x = position - height_;
    store(ResampleAxis(window[3], width_, filter_), window[4] == 0 ? x : width_ - 1 - x, found);
  }

  /// How many rows are to be narrowed.
  GRAFT_HD int64_t rows_of(int64_t picture) const { return window_of(picture)[2]; }

  /// Then, for each of these rows, each 0 <= i < row().
  GRAFT_HD void narrow(int64_t picture, int64_t row_of_window, int i) const {
    const int channels = static_cast<int>(channels_), x = i / channels;
    const int64_t* const window = window_of(picture);
    const int32_t* const taps = taps_of(picture, height_ + x);
    const int64_t first = window[0] + row_of_window * window[1] + taps[0];
    rows_[(picture * most_rows_ + row_of_window) * row() + i] =
        sum(pixels_ + first * channels_ + (i - x * channels), channels_, taps);
  }

  /// At last, for each 0 <= y < height() and 0 <= i < row(): the byte, and its channel.
  struct Level {
    uint8_t byte;
    int channel;
  };
  GRAFT_HD Level level(int64_t picture, int64_t y, int i) const {
    const int32_t* const taps = taps_of(picture, y);
    return {sum(rows_ + (picture * most_rows_ + taps[0]) * row() + i, row(), taps),
            i % static_cast<int>(channels_)};
  }

 private:
  GRAFT_HD const int64_t* window_of(int64_t picture) const { return windows_ + picture * 5; }
  // Where it begins, how many taps, their weights.
  GRAFT_HD int32_t* taps_of(int64_t picture, int64_t position) const {
    return taps_ + (picture * axes() + position) * stride_;
  }
  GRAFT_HD static void store(const ResampleAxis& axis, int64_t position, int32_t* found) {
    const ResampleAxis::Taps taps = axis.taps(position);
    found[0] = static_cast<int32_t>(taps.first);
    found[1] = static_cast<int32_t>(taps.count);
    axis.weigh(position, found + 2);
  }
  GRAFT_HD static uint8_t sum(const uint8_t* from, int64_t step, const int32_t* taps) {
    int32_t sum = 0;
    for (int k = 0; k < taps[1]; ++k, from += step) sum += *from * taps[2 + k];
    return round_to_byte(sum);
  }

  const uint8_t* pixels_;
  const int64_t* windows_;
  ResizeFilter filter_;
  int64_t height_, width_, channels_, most_rows_, stride_;
  int32_t* taps_;
  uint8_t* rows_;
};

}  // namespace graft
