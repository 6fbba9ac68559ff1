#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/window_resizer.h"

namespace graft::cuda {
namespace {

constexpr int kThreads = 128;  // of a block that makes a row

Grid blocks_for(int64_t rows) { return {static_cast<unsigned>(rows), kThreads}; }

__global__ void find_taps(WindowResizer resizer, int64_t count) {
  for (GridStride i(count); i; i.next())
    resizer.find_taps(i.at / resizer.axes(), i.at % resizer.axes());
}

__global__ void narrow(WindowResizer resizer) {
  const int64_t picture = blockIdx.x / resizer.most_rows(), row = blockIdx.x % resizer.most_rows();
  if (row >= resizer.rows_of(picture)) return;
  for (int i = static_cast<int>(threadIdx.x); i < resizer.row(); i += kThreads)
    resizer.narrow(picture, row, i);
}

template <class T>
__global__ void write(WindowResizer resizer, const T* values, int64_t channels, T* y) {
  const int64_t picture = blockIdx.x / resizer.height(), row = blockIdx.x % resizer.height();
  for (int i = static_cast<int>(threadIdx.x); i < resizer.row(); i += kThreads) {
    const auto [byte, channel] = resizer.level(picture, row, i);
    y[blockIdx.x * resizer.row() + i] = values[byte * channels + channel];
  }
}

}  // namespace

void resize_windows(const KernelCtx& ctx, ConstView pixels, ConstView windows, ConstView values,
                    const ResizeWindowsParams& params, View y) {
  if (y.numel() == 0) return;
  const WindowResizer resizer(ctx, contiguous_operand(ctx, pixels),
                              contiguous_operand(ctx, windows), params, y);
  const ConstView table = contiguous_operand(ctx, values);
  const int64_t pictures = y.dim(0), taps = pictures * resizer.axes();
  launch(ctx, grid_for(taps), find_taps, resizer, taps);
  launch(ctx, blocks_for(pictures * resizer.most_rows()), narrow, resizer);
  with_width(y.dtype, [&]<class T>(T) {
    launch(ctx, blocks_for(pictures * resizer.height()), write<T>, resizer, table.as<T>(), y.dim(3),
           y.as<T>());
  });
}

}  // namespace graft::cuda
