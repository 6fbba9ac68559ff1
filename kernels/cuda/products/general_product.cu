#include "graft/kernels/cuda/products/general_product.h"

#include "graft/kernels/cuda/products/epilogue.h"
#include "graft/kernels/cuda/products/tiled_product.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T>
struct StridedSource {
  const T* data;
  int64_t row_stride, column_stride, batch_stride;
  explicit StridedSource(const StridedMatrix& m)
      : data(static_cast<const T*>(m.data)),
        row_stride(m.row_stride),
        column_stride(m.column_stride),
        batch_stride(m.batch_stride) {}
  __device__ auto operator()(int64_t batch, int64_t row, int64_t column) const {
    return widen(data[batch * batch_stride + row * row_stride + column * column_stride]);
  }
};

}  // namespace

void general_product(const KernelCtx& ctx, const StridedMatrix& a, const StridedMatrix& b,
                     const ConstView& bias, Activation activation, const View& c) {
  with_floating("product", c.dtype, [&]<class T>(T) {
    using Sum = Compute<T>;
    const int64_t batch = c.rank() > 2 ? c.dim(0) : 1;
    const EpilogueStore<T> store{c.as<T>(),    b.columns, a.rows * b.columns,
                                 bias.as<T>(), nullptr,   activation};
    run_tiled_product<Sum>(ctx, StridedSource<T>(a), StridedSource<T>(b), store,
                           {a.rows, b.columns, a.columns, batch});
  });
}

}  // namespace graft::cuda
