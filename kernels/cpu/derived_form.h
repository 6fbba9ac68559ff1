// A form that a kernel derives from an operand: kept with a constant one, else made for one call.
#pragma once

#include "graft/core/kept_forms.h"
#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

enum class FormKind : int { Columns, WinogradTaps, ByTap, Folded, Bf16Columns };

/// The `count` elements that `make` writes. A form depends on the operand's geometry, its kind,
/// `detail` and the SIMD level alone.
template <class T, class Make>
const T* derived_form(const KernelCtx& ctx, const ConstView& from, FormKind kind, int64_t detail,
                      int64_t count, const Make& make) {
  if (!from.kept) {
    T* const data = ctx.workspace.take_array<T>(count);
    make(data);
    return data;
  }
  const FormKey key{from.data,
                    from.shape,
                    from.strides,
                    from.dtype,
                    static_cast<int>(kind) * kSimdLevels + static_cast<int>(simd_level()),
                    detail};
  return static_cast<const T*>(
      from.kept->find_or_make(key, static_cast<size_t>(count) * sizeof(T),
                              [&](void* data) { make(static_cast<T*>(data)); }));
}

}  // namespace graft::cpu
