// A product as cuBLASLt wants it described, and the algorithm its heuristics choose.
#pragma once

#include <cublasLt.h>

#include <memory>

#include "graft/kernels/cuda/blas/product.h"

namespace graft::cuda {

/// Error(Device) "op: call: text of the status" unless it is success.
void blas_check(cublasStatus_t status, const char* call);

template <auto kDestroy>
struct DestroyBy {
  template <class T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};
using ProductDescription =
    std::unique_ptr<cublasLtMatmulDescOpaque_t, DestroyBy<cublasLtMatmulDescDestroy>>;
using MatrixLayout =
    std::unique_ptr<cublasLtMatrixLayoutOpaque_t, DestroyBy<cublasLtMatrixLayoutDestroy>>;

class ProductPlan {
 public:
  ProductPlan(cublasLtHandle_t handle, const ProductCase& of);

  /// False: cuBLASLt has no algorithm for the case.
  bool usable() const { return usable_; }
  size_t workspace_bytes() const { return algorithm_.workspaceSize; }
  /// Queues the product.
  void execute(cublasLtHandle_t handle, cudaStream_t stream, const ProductData& data,
               void* workspace) const;

 private:
  void describe(const ProductCase& of);

  // Column-major, cuBLASLt's own order: what is C = A B by rows is C' = B' A' by columns, so its
  // left factor is our B.
  ProductDescription product_;
  MatrixLayout left_, right_, result_;
  cublasLtMatmulHeuristicResult_t algorithm_{};
  bool usable_ = false;
  bool f64_ = false;
};

}  // namespace graft::cuda
