#include "graft/core/ops/resize_windows.h"

#include "graft/core/dispatch.h"
#include "graft/core/ops/operand_checks.h"

namespace graft {
namespace {

constexpr int kNumbers = 5;
constexpr int64_t kBytes = 256;  // values of one

void check_window(int64_t i, const int64_t* window, int64_t stride, int64_t pixels,
                  const Size2d& largest) {
  const int64_t first = window[0], step = window[stride], height = window[2 * stride],
                width = window[3 * stride], mirrored = window[4 * stride];
  check(height > 0 && height <= largest.height && width > 0 && width <= largest.width,
        ErrorKind::Argument, "resize_windows: window ", i, " of ", height, " x ", width,
        " is empty or larger than ", largest.height, " x ", largest.width);
  check(first >= 0 && step >= 0 && step <= pixels && first <= pixels - width - (height - 1) * step,
        ErrorKind::Argument, "resize_windows: window ", i, " of ", height, " x ", width,
        " from pixel ", first, " in steps of ", step, " leaves the ", pixels, " pixels");
  check(mirrored == 0 || mirrored == 1, ErrorKind::Argument, "resize_windows: windows[", i,
        ",4] = ", mirrored, " is not in 0..1");
}

// Each run of a recording reads other windows.
void check_windows(const Tensor& windows, int64_t pixels, const Size2d& largest) {
  if (windows.device().type != DeviceType::Cpu) return;
  do_each_run([windows, pixels, largest] {
    for (int64_t i = 0; i < windows.dim(0); ++i)
      check_window(i, windows.data<int64_t>() + i * windows.strides()[0], windows.strides()[1],
                   pixels, largest);
  });
}

}  // namespace

Tensor resize_windows(const Tensor& pixels, const Tensor& windows, const Tensor& values,
                      const ResizeWindowsParams& params) {
  const OpScope scope("resize_windows");
  check(pixels.dtype() == DType::U8 && pixels.rank() == 2, ErrorKind::DType,
        "resize_windows: pixels must be u8 [P,C], not ", pixels.dtype(), ' ', pixels.shape());
  check(windows.dtype() == DType::I64 && windows.rank() == 2 && windows.dim(1) == kNumbers,
        ErrorKind::DType, "resize_windows: windows must be i64 [N,5], not ", windows.dtype(), ' ',
        windows.shape());
  check_floating("resize_windows", values);
  const int64_t channels = pixels.dim(1);
  check(values.shape() == Shape{kBytes, channels}, ErrorKind::Shape,
        "resize_windows: values must be [256,C] for pixels ", pixels.shape(), ", not ",
        values.shape());
  const auto [height, width] = params.size;
  check(height > 0 && width > 0, ErrorKind::Shape, "resize_windows: no result of ", height, " x ",
        width);
  check_windows(windows, pixels.dim(0), params.largest);
  Tensor y =
      Tensor::empty({windows.dim(0), height, width, channels}, values.dtype(), values.device());
  run(slots().resize_windows, pixels, windows, values, params, y);
  return y;
}

}  // namespace graft
