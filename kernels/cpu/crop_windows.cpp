#include <cstring>

#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/strided_loop.h"

namespace graft::cpu {

// Elements are moved, not read: any dtype.
void crop_windows(const KernelCtx& ctx, ConstView pictures, ConstView places, View y) {
  const auto* const from = contiguous_operand(ctx, pictures).as<std::byte>();
  const int64_t* const place = contiguous_operand(ctx, places).as<int64_t>();
  auto* const to = y.as<std::byte>();
  const int64_t picture_rows = pictures.dim(1), picture_columns = pictures.dim(2);
  const int64_t rows = y.dim(1), columns = y.dim(2);
  const int64_t pixel = y.dim(3) * static_cast<int64_t>(size_of(y.dtype)), row = columns * pixel;
  parallel_ranges(y.dim(0) * rows, std::max<int64_t>(1, kElementGrain / std::max<int64_t>(row, 1)),
                  [=](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) {
                      const int64_t* const where = place + i / rows * 4;
                      const int64_t in_row = where[0] * picture_rows + where[1] + i % rows;
                      const std::byte* const source =
                          from + (in_row * picture_columns + where[2]) * pixel;
                      std::byte* const target = to + i * row;
                      if (where[3] == 0) {
                        std::memcpy(target, source, static_cast<size_t>(row));
                        continue;
                      }
                      for (int64_t x = 0; x < columns; ++x)
                        std::memcpy(target + x * pixel, source + (columns - 1 - x) * pixel,
                                    static_cast<size_t>(pixel));
                    }
                  });
}

}  // namespace graft::cpu
