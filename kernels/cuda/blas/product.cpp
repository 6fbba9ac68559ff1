#include "graft/kernels/cuda/blas/product.h"

#include <memory>

#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/keyed_cache.h"
#include "graft/kernels/cuda/blas/product_plan.h"

namespace graft::cuda {
namespace {

struct Handle {
  cublasLtHandle_t handle = nullptr;
  Handle() { blas_check(cublasLtCreate(&handle), "cublasLtCreate"); }
};

// For all threads, as cuBLASLt allows, and never destroyed: at exit the library may go first.
cublasLtHandle_t blas_handle(int device) {
  static auto& handles = *new KeyedCache<int, Handle>;
  return handles.find_or_make(device, [] { return std::make_unique<Handle>(); })->handle;
}

const ProductPlan& find_plan(cublasLtHandle_t handle, const ProductCase& of) {
  static auto& plans = *new KeyedCache<ProductCase, ProductPlan>;
  return *plans.find_or_make(of, [&] { return std::make_unique<ProductPlan>(handle, of); });
}

}  // namespace

bool blas_product(const KernelCtx& ctx, const ProductCase& of, const ProductData& data) {
  cuda_check(cudaSetDevice(of.device), "cudaSetDevice");  // handles are of the thread's device
  const cublasLtHandle_t handle = blas_handle(of.device);
  const ProductPlan& plan = find_plan(handle, of);
  if (!plan.usable()) return false;
  Workspace workspace = ctx.workspace.nested();
  plan.execute(handle, static_cast<cudaStream_t>(ctx.stream.native), data,
               workspace.take(plan.workspace_bytes()));
  return true;
}

}  // namespace graft::cuda
