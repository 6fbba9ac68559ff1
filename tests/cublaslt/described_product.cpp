// The product that a description asks cuBLASLt for, as its documentation has it, in plain loops
// over f32: every attribute is read back from cuBLASLt's own objects, of which none needs a GPU.
#include <cublasLt.h>

#include <cstdint>
#include <utility>

#include "graft/core/error.h"
#include "graft/kernels/cuda/library_operand.h"

namespace {

using graft::check;
using graft::ErrorKind;

template <class T>
T get(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t name) {
  T value{};
  check(cublasLtMatmulDescGetAttribute(product, name, &value, sizeof value, nullptr) ==
            CUBLAS_STATUS_SUCCESS,
        ErrorKind::Internal, "described product: no attribute ", static_cast<int>(name));
  return value;
}
template <class T>
T get(cublasLtMatrixLayout_t layout, cublasLtMatrixLayoutAttribute_t name) {
  T value{};
  check(cublasLtMatrixLayoutGetAttribute(layout, name, &value, sizeof value, nullptr) ==
            CUBLAS_STATUS_SUCCESS,
        ErrorKind::Internal, "described product: no attribute ", static_cast<int>(name));
  return value;
}

// op(X), stored by columns.
struct Factor {
  const float* data;
  int64_t rows, columns, row_step, column_step, batch_step;
  Factor(const void* from, cublasLtMatrixLayout_t layout, bool transposed)
      : data(static_cast<const float*>(from)),
        rows(get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_ROWS)),
        columns(get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_COLS)),
        row_step(1),
        column_step(get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_LD)),
        batch_step(get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET)) {
    if (!transposed) return;
    std::swap(rows, columns);
    std::swap(row_step, column_step);
  }
  float operator()(int64_t batch, int64_t row, int64_t column) const {
    return data[batch * batch_step + row * row_step + column * column_step];
  }
};

bool is_transposed(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t name) {
  return get<int32_t>(product, name) == CUBLAS_OP_T;
}

void run(cublasLtMatmulDesc_t product, const Factor& a, const Factor& b, float* d,
         cublasLtMatrixLayout_t layout) {
  const int64_t rows = get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_ROWS);
  const int64_t columns = get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_COLS);
  const int64_t step = get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_LD);
  const int64_t batch_step = get<int64_t>(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET);
  check(rows == a.rows && columns == b.columns && a.columns == b.rows, ErrorKind::Shape,
        "described product: factors do not fit");
  const auto epilogue = get<uint32_t>(product, CUBLASLT_MATMUL_DESC_EPILOGUE);
  float* const vector = get<float*>(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER);
  for (int i = 0; i < get<int32_t>(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT); ++i)
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column) {
        float sum = epilogue == CUBLASLT_EPILOGUE_BIAS ? vector[row] : 0;
        for (int64_t k = 0; k < a.columns; ++k) sum += a(i, row, k) * b(i, k, column);
        d[i * batch_step + row + column * step] = sum;
      }
  const bool of_a = epilogue == CUBLASLT_EPILOGUE_BGRADA;
  if (!of_a && epilogue != CUBLASLT_EPILOGUE_BGRADB) return;
  for (int64_t i = 0; i < (of_a ? rows : columns); ++i) {
    vector[i] = 0;
    for (int64_t k = 0; k < a.columns; ++k) vector[i] += of_a ? a(0, i, k) : b(0, k, i);
  }
}

}  // namespace

// The names are the linker's: --wrap.
extern "C" {

// One algorithm for every product whose vector is described as the heuristics want it.
cublasStatus_t __wrap_cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
    cublasLtMatrixLayout_t, cublasLtMatrixLayout_t layout, cublasLtMatmulPreference_t, int,
    cublasLtMatmulHeuristicResult_t* results, int* found) {
  const auto epilogue = get<uint32_t>(product, CUBLASLT_MATMUL_DESC_EPILOGUE);
  const auto vector = get<uintptr_t>(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER);
  const bool fits = get<int32_t>(product, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE) ==
                        get<int32_t>(layout, CUBLASLT_MATRIX_LAYOUT_TYPE) &&
                    vector == graft::cuda::kLibraryAlignment;
  *results = {};
  *found = epilogue == CUBLASLT_EPILOGUE_DEFAULT || fits ? 1 : 0;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t __wrap_cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t product, const void*,
                                     const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                                     cublasLtMatrixLayout_t b_layout, const void*, const void*,
                                     cublasLtMatrixLayout_t, void* d,
                                     cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t*,
                                     void*, size_t, cudaStream_t) {
  run(product, {a, a_layout, is_transposed(product, CUBLASLT_MATMUL_DESC_TRANSA)},
      {b, b_layout, is_transposed(product, CUBLASLT_MATMUL_DESC_TRANSB)}, static_cast<float*>(d),
      d_layout);
  return CUBLAS_STATUS_SUCCESS;
}

}  // extern "C"
