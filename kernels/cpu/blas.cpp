#include "graft/kernels/cpu/blas.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <type_traits>

#include "graft/core/ceil_div.h"
#include "graft/core/error.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#ifdef GRAFT_HAVE_OPENBLAS
#include <cblas.h>
#endif

namespace graft::cpu {
namespace {

#ifdef GRAFT_HAVE_OPENBLAS
// OpenBLAS has one thread count for the process: the first of us sets 1, the last one restores.
class SingleThread {
 public:
  SingleThread() {
    const std::lock_guard lock(mutex_);
    if (users_++ > 0) return;
    outer_ = openblas_get_num_threads();
    openblas_set_num_threads(1);
  }
  ~SingleThread() {
    const std::lock_guard lock(mutex_);
    if (--users_ == 0) openblas_set_num_threads(outer_);
  }
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  static inline std::mutex mutex_;
  static inline int users_ = 0, outer_ = 1;
};
#endif

bool wants_openblas() {
  const char* const value = std::getenv("GRAFT_BLAS");
  if (!value || !*value || std::string_view(value) == "own") return false;
  check(std::string_view(value) == "openblas", ErrorKind::Argument, "GRAFT_BLAS: unknown library '",
        value, "': expected own or openblas");
#ifndef GRAFT_HAVE_OPENBLAS
  fail(ErrorKind::Argument, "GRAFT_BLAS: this build has no OpenBLAS");
#endif
  return true;
}

}  // namespace

bool uses_openblas() {
  static const bool wanted = wants_openblas();
  return wanted;
}

template <class T>
void openblas_gemm([[maybe_unused]] const KernelCtx& ctx, [[maybe_unused]] const ConstView& a,
                   [[maybe_unused]] bool transpose_a, [[maybe_unused]] const ConstView& b,
                   [[maybe_unused]] bool transpose_b, [[maybe_unused]] const View& c) {
#ifdef GRAFT_HAVE_OPENBLAS
  constexpr int64_t kRows = 256;
  const ConstView lhs = contiguous_operand(ctx, a), rhs = contiguous_operand(ctx, b);
  const int last = c.rank() - 1;
  const int64_t batch = last == 2 ? c.dim(0) : 1;
  const int64_t m = c.dim(last - 1), n = c.dim(last), k = a.dim(transpose_a ? last - 1 : last);
  const int64_t tiles = ceil_div(m, kRows);
  if (n == 0) return;
  if (k == 0) {
    std::fill_n(c.as<T>(), c.numel(), T(0));
    return;
  }
  const SingleThread guard;
  parallel_for(batch * tiles, [&](int64_t item, int) {
    const int64_t row = item % tiles * kRows, i = item / tiles;
    const auto height = static_cast<blasint>(std::min(kRows, m - row));
    const auto ta = transpose_a ? CblasTrans : CblasNoTrans;
    const auto tb = transpose_b ? CblasTrans : CblasNoTrans;
    const auto lda = static_cast<blasint>(transpose_a ? m : k);
    const auto ldb = static_cast<blasint>(transpose_b ? k : n);
    const auto columns = static_cast<blasint>(n), depth = static_cast<blasint>(k);
    const T* const from = lhs.as<T>() + i * m * k + (transpose_a ? row : row * k);
    const T* const right = rhs.as<T>() + i * k * n;
    T* const to = c.as<T>() + (i * m + row) * n;
    if constexpr (std::is_same_v<T, float>)
      cblas_sgemm(CblasRowMajor, ta, tb, height, columns, depth, 1.0f, from, lda, right, ldb, 0.0f,
                  to, columns);
    else
      cblas_dgemm(CblasRowMajor, ta, tb, height, columns, depth, 1.0, from, lda, right, ldb, 0.0,
                  to, columns);
  });
#else
  fail(ErrorKind::Internal, "gemm: this build has no OpenBLAS");
#endif
}

template void openblas_gemm<float>(const KernelCtx&, const ConstView&, bool, const ConstView&, bool,
                                   const View&);
template void openblas_gemm<double>(const KernelCtx&, const ConstView&, bool, const ConstView&,
                                    bool, const View&);

}  // namespace graft::cpu
