#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/window_resizer.h"

namespace graft::cpu {
namespace {

// `work` for each 0 <= part < parts of each picture, which is about `elements` elements.
template <class Work>
void for_each_part(int64_t pictures, int64_t parts, int64_t elements, const Work& work) {
  parallel_ranges(pictures * parts, std::max<int64_t>(1, kElementGrain / elements),
                  [&](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) work(i / parts, i % parts);
                  });
}

}  // namespace

void resize_windows(const KernelCtx& ctx, ConstView pixels, ConstView windows, ConstView values,
                    const ResizeWindowsParams& params, View y) {
  if (y.numel() == 0) return;
  const WindowResizer resizer(ctx, contiguous_operand(ctx, pixels),
                              contiguous_operand(ctx, windows), params, y);
  const ConstView table = contiguous_operand(ctx, values);
  const int64_t pictures = y.dim(0), row = resizer.row(), channels = y.dim(3);
  for_each_part(pictures, resizer.axes(), 64,
                [&](int64_t picture, int64_t position) { resizer.find_taps(picture, position); });
  for_each_part(pictures, resizer.most_rows(), 4 * row, [&](int64_t picture, int64_t part) {
    if (part >= resizer.rows_of(picture)) return;
    for (int i = 0; i < row; ++i) resizer.narrow(picture, part, i);
  });
  with_float("resize_windows", y.dtype, [&]<class T>(T) {
    for_each_part(pictures, resizer.height(), 4 * row, [&](int64_t picture, int64_t part) {
      T* const to = y.as<T>() + (picture * resizer.height() + part) * row;
      for (int i = 0; i < row; ++i) {
        const auto [byte, channel] = resizer.level(picture, part, i);
        to[i] = table.as<T>()[byte * channels + channel];
      }
    });
  });
}

}  // namespace graft::cpu
