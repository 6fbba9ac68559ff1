// What the module's plans of products ask of cuBLASLt: not what a GPU makes of it.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "graft/kernels/cuda/blas/product_plan.h"
#include "support/formula.h"

namespace graft::testing {
namespace {

using cuda::ProductCase;
using cuda::ProductEpilogue;

// Whole numbers, so that every order of addition gives the same sum.
std::vector<float> whole(const char* name, int64_t count) {
  std::vector<float> values;
  for (const float unit : formula_units(name, count)) values.push_back(std::round(unit * 8));
  return values;
}

ProductCase product_case(bool transpose_a, bool transpose_b, int64_t batch) {
  ProductCase of;
  of.m = 5, of.n = 7, of.k = 3, of.batch = batch;
  of.transpose_a = transpose_a, of.transpose_b = transpose_b;
  of.a_stride = (transpose_a ? of.m : of.k) + 2, of.b_stride = (transpose_b ? of.k : of.n) + 1;
  of.a_batch = of.a_stride * (transpose_a ? of.k : of.m);
  of.b_batch = of.b_stride * (transpose_b ? of.n : of.k);
  return of;
}

// By the plan, and by the definition in blas/product.h.
void check_plan(const ProductCase& of) {
  const std::vector<float> a = whole("a", of.batch * of.a_batch);
  const std::vector<float> b = whole("b", of.batch * of.b_batch), bias = whole("bias", of.n);
  const auto at = [](const std::vector<float>& x, int64_t first, bool transposed, int64_t stride,
                     int64_t row, int64_t column) {
    return x[static_cast<size_t>(first +
                                 (transposed ? column * stride + row : row * stride + column))];
  };
  std::vector<float> c, sums(static_cast<size_t>(of.m));
  for (int64_t i = 0; i < of.batch; ++i)
    for (int64_t row = 0; row < of.m; ++row)
      for (int64_t column = 0; column < of.n; ++column) {
        float sum = of.epilogue == ProductEpilogue::AddBias ? bias[static_cast<size_t>(column)] : 0;
        for (int64_t k = 0; k < of.k; ++k) {
          const float left = at(a, i * of.a_batch, of.transpose_a, of.a_stride, row, k);
          sum += left * at(b, i * of.b_batch, of.transpose_b, of.b_stride, k, column);
          if (column == 0) sums[static_cast<size_t>(row)] += left;
        }
        c.push_back(sum);
      }

  const bool adds = of.epilogue == ProductEpilogue::AddBias;
  const bool sums_up = of.epilogue == ProductEpilogue::SumLeft;
  std::vector<float> found(c.size()), found_sums(sums.size());
  const cuda::ProductPlan plan(nullptr, of);
  REQUIRE(plan.usable());
  plan.execute(nullptr, nullptr,
               {a.data(), b.data(), found.data(), adds ? bias.data() : nullptr,
                sums_up ? found_sums.data() : nullptr},
               nullptr);
  CHECK(found == c);
  if (sums_up) CHECK(found_sums == sums);
}

}  // namespace

TEST_CASE("a plan describes the product that it is made for, with any epilogue") {
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true})
      for (const auto epilogue :
           {ProductEpilogue::None, ProductEpilogue::AddBias, ProductEpilogue::SumLeft}) {
        CAPTURE(transpose_a);
        CAPTURE(transpose_b);
        CAPTURE(static_cast<int>(epilogue));
        ProductCase of = product_case(transpose_a, transpose_b, 1);
        of.epilogue = epilogue;
        check_plan(of);
      }
}

TEST_CASE("a plan describes batches") { check_plan(product_case(false, true, 4)); }

TEST_CASE("products that differ in the epilogue alone have plans of their own") {
  ProductCase plain = product_case(true, false, 1), with_sums = plain, with_bias = plain;
  with_sums.epilogue = ProductEpilogue::SumLeft;
  with_bias.epilogue = ProductEpilogue::AddBias;
  CHECK(plain != with_sums);
  CHECK(plain != with_bias);
  CHECK(with_bias != with_sums);
}

}  // namespace graft::testing
