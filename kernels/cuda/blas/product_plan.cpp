#include "graft/kernels/cuda/blas/product_plan.h"

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/library_operand.h"

namespace graft::cuda {
namespace {

constexpr uint64_t kWorkspaceLimit = uint64_t{32} << 20;

cudaDataType_t data_type(DType dtype) {
  switch (dtype) {
    case DType::F32:
      return CUDA_R_32F;
    case DType::F64:
      return CUDA_R_64F;
    case DType::BF16:
      return CUDA_R_16BF;
    case DType::F16:
      return CUDA_R_16F;
    default:
      fail(ErrorKind::DType, current_op(), ": no product of ", dtype);
  }
}

cublasComputeType_t compute_type(const ProductCase& of) {
  if (of.dtype == DType::F64) return CUBLAS_COMPUTE_64F;
  return of.dtype == DType::F32 && of.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

// Our left factor is its right one.
cublasLtEpilogue_t library_epilogue(ProductEpilogue epilogue) {
  switch (epilogue) {
    case ProductEpilogue::None:
      return CUBLASLT_EPILOGUE_DEFAULT;
    case ProductEpilogue::AddBias:
      return CUBLASLT_EPILOGUE_BIAS;
    case ProductEpilogue::SumLeft:
      return CUBLASLT_EPILOGUE_BGRADB;
  }
  fail(ErrorKind::Internal, current_op(), ": no such epilogue");
}

template <class T>
void set(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t name, const T& value) {
  blas_check(cublasLtMatmulDescSetAttribute(product, name, &value, sizeof value),
             "cublasLtMatmulDescSetAttribute");
}
template <class T>
void set(cublasLtMatrixLayout_t layout, cublasLtMatrixLayoutAttribute_t name, const T& value) {
  blas_check(cublasLtMatrixLayoutSetAttribute(layout, name, &value, sizeof value),
             "cublasLtMatrixLayoutSetAttribute");
}
template <class T>
void set(cublasLtMatmulPreference_t wish, cublasLtMatmulPreferenceAttributes_t name,
         const T& value) {
  blas_check(cublasLtMatmulPreferenceSetAttribute(wish, name, &value, sizeof value),
             "cublasLtMatmulPreferenceSetAttribute");
}

struct StoredMatrix {
  int64_t rows, columns, stride, batch_stride;
};

// The layout of a row-major matrix: by columns it is its own transpose.
MatrixLayout layout_of(const ProductCase& of, const StoredMatrix& matrix) {
  cublasLtMatrixLayout_t made = nullptr;
  blas_check(
      cublasLtMatrixLayoutCreate(&made, data_type(of.dtype), static_cast<uint64_t>(matrix.columns),
                                 static_cast<uint64_t>(matrix.rows), matrix.stride),
      "cublasLtMatrixLayoutCreate");
  MatrixLayout layout(made);
  if (of.batch > 1) {
    set(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, static_cast<int32_t>(of.batch));
    set(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, matrix.batch_stride);
  }
  return layout;
}

using Wish =
    std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, DestroyBy<cublasLtMatmulPreferenceDestroy>>;

Wish make_wish() {
  cublasLtMatmulPreference_t made = nullptr;
  blas_check(cublasLtMatmulPreferenceCreate(&made), "cublasLtMatmulPreferenceCreate");
  Wish wish(made);
  set(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspaceLimit);
  // Partial sums are added in a fixed order, in the precision they were computed in.
  set(made, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
      static_cast<uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  // Unless told, it takes 256 bytes for granted.
  for (const auto operand :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    set(made, operand, static_cast<uint32_t>(kLibraryAlignment));
  return wish;
}

}  // namespace

void blas_check(cublasStatus_t status, const char* call) {
  check(status == CUBLAS_STATUS_SUCCESS, ErrorKind::Device, current_op(), ": ", call, ": ",
        cublasLtGetStatusString(status));
}

ProductPlan::ProductPlan(cublasLtHandle_t handle, const ProductCase& of)
    : f64_(of.dtype == DType::F64) {
  describe(of);
  const Wish wish = make_wish();
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      handle, product_.get(), left_.get(), right_.get(), result_.get(), result_.get(), wish.get(),
      1, &algorithm_, &found);
  usable_ = status == CUBLAS_STATUS_SUCCESS && found > 0;
}

void ProductPlan::describe(const ProductCase& of) {
  const cudaDataType_t scalars = f64_ ? CUDA_R_64F : CUDA_R_32F;
  cublasLtMatmulDesc_t product = nullptr;
  blas_check(cublasLtMatmulDescCreate(&product, compute_type(of), scalars),
             "cublasLtMatmulDescCreate");
  product_.reset(product);
  set(product, CUBLASLT_MATMUL_DESC_TRANSA, of.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(product, CUBLASLT_MATMUL_DESC_TRANSB, of.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
  if (of.epilogue != ProductEpilogue::None) {
    set(product, CUBLASLT_MATMUL_DESC_EPILOGUE, library_epilogue(of.epilogue));
    set(product, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, data_type(of.dtype));
    // An address with the alignment of any to come: the heuristics read that off, and nothing else.
    set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, uintptr_t{kLibraryAlignment});
  }
  left_ = layout_of(
      of, {of.transpose_b ? of.n : of.k, of.transpose_b ? of.k : of.n, of.b_stride, of.b_batch});
  right_ = layout_of(
      of, {of.transpose_a ? of.k : of.m, of.transpose_a ? of.m : of.k, of.a_stride, of.a_batch});
  result_ = layout_of(of, {of.m, of.n, of.n, of.m * of.n});
}

void ProductPlan::execute(cublasLtHandle_t handle, cudaStream_t stream, const ProductData& data,
                          void* workspace) const {
  const float one = 1, zero = 0;
  const double one64 = 1, zero64 = 0;
  // The description is shared between calls and threads; the vector belongs to this one.
  cublasLtMatmulDesc_t product = product_.get();
  cublasLtMatmulDescOpaque_t with_vector;
  if (const void* const vector = data.sums ? data.sums : data.bias) {
    with_vector = *product_;
    product = &with_vector;
    set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, vector);
  }
  blas_check(cublasLtMatmul(handle, product, f64_ ? static_cast<const void*>(&one64) : &one, data.b,
                            left_.get(), data.a, right_.get(),
                            f64_ ? static_cast<const void*>(&zero64) : &zero, data.c, result_.get(),
                            data.c, result_.get(), &algorithm_.algo, workspace,
                            algorithm_.workspaceSize, stream),
             "cublasLtMatmul");
}

}  // namespace graft::cuda
