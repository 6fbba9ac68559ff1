#include <type_traits>

#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/derived_form.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/correlation.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/thin.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

template <class T>
void multiply(const KernelCtx& ctx, const ConstView& x, const ConstView& w, const ConstView& bias,
              Activation activation, const View& y) {
  const Epilogue<T> epilogue{bias.as<T>(), nullptr, activation};
  if constexpr (std::is_same_v<T, float>) {
    const ThinProduct p{x.as<float>(), x.dim(1), 1,        w.as<float>(), w.strides[1],
                        w.strides[0],  y.dim(0), x.dim(1), y.dim(1),      epilogue,
                        y.as<float>()};
    if (is_thin(p)) return multiply_thin(p);
  }
  Correlation c;  // a window of one pixel; the pixels are the rows of x
  c.in_w = c.out_w = y.dim(0);
  c.columns = y.dim(1);
  c.channels = x.dim(1);
  c.in = {0, 0, c.channels};
  c.out = {0, 0, c.columns};
  const ColumnBlocks blocks = ColumnBlocks::of<T>(c.columns);
  const T* const packed =
      derived_form<T>(ctx, w, FormKind::Columns, 0, blocks.size(c.channels), [&](T* to) {
        pack_columns({w.as<T>(), w.strides[1], w.strides[0]}, c.channels, blocks, to);
      });
  correlate(ctx, c, x.as<T>(), packed, epilogue, y.as<T>());
}

}  // namespace

void linear(const KernelCtx& ctx, ConstView x, ConstView w, ConstView bias, Activation activation,
            View y) {
  const ConstView rows = contiguous_operand(ctx, x), shift = contiguous_operand(ctx, bias);
  with_float("linear", y.dtype,
             [&](auto zero) { multiply<decltype(zero)>(ctx, rows, w, shift, activation, y); });
}

}  // namespace graft::cpu
