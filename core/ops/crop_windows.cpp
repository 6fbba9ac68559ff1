#include "graft/core/ops/crop_windows.h"

#include <array>

#include "graft/core/dispatch.h"

namespace graft {
namespace {

constexpr int kNumbers = 4;

// Each run of a recording reads other places.
void check_places(const Tensor& pictures, const Tensor& places, const Size2d& window) {
  if (places.device().type != DeviceType::Cpu) return;
  const std::array<int64_t, kNumbers> ends{pictures.dim(0), pictures.dim(1) - window.height + 1,
                                           pictures.dim(2) - window.width + 1, 2};
  do_each_run([places, ends] {
    const int64_t* const place = places.data<int64_t>();
    for (int64_t i = 0; i < places.dim(0); ++i)
      for (int k = 0; k < kNumbers; ++k) {
        const int64_t value = place[i * places.strides()[0] + k * places.strides()[1]];
        const int64_t end = ends[static_cast<size_t>(k)];
        check(value >= 0 && value < end, ErrorKind::Argument, "crop_windows: places[", i, ',', k,
              "] = ", value, " is not in 0..", end - 1);
      }
  });
}

}  // namespace

Tensor crop_windows(const Tensor& pictures, const Tensor& places, const Size2d& window) {
  const OpScope scope("crop_windows");
  check(pictures.rank() == 4, ErrorKind::Shape, "crop_windows: needs pictures [M,H,W,C], not ",
        pictures.shape());
  check(places.dtype() == DType::I64 && places.rank() == 2 && places.dim(1) == kNumbers,
        ErrorKind::DType, "crop_windows: places must be i64 [N,4], not ", places.dtype(), ' ',
        places.shape());
  check(window.height > 0 && window.height <= pictures.dim(1) && window.width > 0 &&
            window.width <= pictures.dim(2),
        ErrorKind::Shape, "crop_windows: no window of ", window.height, " x ", window.width,
        " in pictures ", pictures.shape());
  check_places(pictures, places, window);
  Tensor y = Tensor::empty({places.dim(0), window.height, window.width, pictures.dim(3)},
                           pictures.dtype(), pictures.device());
  run(slots().crop_windows, pictures, places, y);
  return y;
}

}  // namespace graft
