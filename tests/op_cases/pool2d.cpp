// Pooling: padding, overlap, ceil mode, and what the divisor of an average counts.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

Pool2dParams ceiled(Pool2dParams p) {
  p.ceil_mode = true;
  return p;
}
Pool2dParams inside_only(Pool2dParams p) {
  p.count_padding = false;
  return p;
}
Pool2dParams oblong() {
  return {.kernel_h = 3, .kernel_w = 2, .stride_h = 1, .stride_w = 2, .padding = {1, 0, 0, 1}};
}

}  // namespace

OpCases pool2d_cases() {
  const KinkGap gap{2e-5};
  OpCases rows;
  const auto both = [&rows, gap](const Shape& x, const Pool2dParams& p) {
    rows.push_back({"max_pool2d", Shapes{x}, p, Range{-12, 12}, gap});
    rows.push_back({"avg_pool2d", Shapes{x}, p});
  };
  both({1, 1, 1, 1}, pool(1, 1));
  both({2, 5, 7, 3}, pool(3, 2, 1));
  both({2, 4, 6, 5}, pool(2, 2));
  both({1, 5, 5, 2}, pool(2, 2));
  both({3, 9, 12, 6}, pool(2, 2));
  both({2, 5, 7, 35}, pool(2, 2));
  both({1, 7, 8, 20}, pool(3, 3));
  both({1, 5, 5, 2}, ceiled(pool(2, 2)));
  both({2, 6, 7, 3}, ceiled(pool(3, 2, 1)));
  both({1, 7, 5, 1}, pool(3, 1, 1));
  both({1, 6, 5, 3}, oblong());
  both({0, 5, 5, 3}, pool(3, 2, 1));
  both({1, 8, 7, 4}, ceiled(pool(3, 3)));
  both({3, 15, 17, 19}, pool(3, 2, 1));
  both({2, 33, 35, 67}, pool(3, 2, 1));
  rows.push_back({"avg_pool2d", Shapes{{1, 5, 6, 3}}, inside_only(pool(3, 2, 1))});
  rows.push_back({"avg_pool2d", Shapes{{1, 5, 6, 3}}, inside_only(ceiled(pool(3, 2, 1)))});
  rows.push_back({"max_pool2d", Shapes{{32, 112, 112, 64}}, pool(3, 2, 1), gap, TimedOnly{}});
  rows.push_back({"avg_pool2d", Shapes{{32, 56, 56, 64}}, pool(2, 2), TimedOnly{}});

  const OpCases more = {
      {"max_pool2d_gather", Shapes{{2, 5, 7, 3}, {2, 3, 4, 3}}, Indices{1, 35, DType::I32}},
      {"max_pool2d_gather", Shapes{{1, 1, 1, 1}, {1, 1, 1, 1}}, Indices{1, 1, DType::I32}},
      {"max_pool2d_gather", Shapes{{1, 4, 4, 5}, {1, 2, 2, 5}}, Indices{1, 16, DType::I32}},
      {"max_pool2d_gather", Shapes{{0, 4, 4, 5}, {0, 2, 2, 5}}, Indices{1, 16, DType::I32}},
      {"max_pool2d_gather", Shapes{{1, 3, 5, 2}, {1, 3, 5, 2}}, Indices{1, 15, DType::I32}},
      {"max_pool2d_gather", Shapes{{2, 7, 7, 1}, {2, 3, 3, 1}}, Indices{1, 49, DType::I32}},
      {"max_pool2d_gather", Shapes{{3, 13, 11, 17}, {3, 6, 5, 17}}, Indices{1, 143, DType::I32}},

      {"max_pool2d_scatter", Shapes{{2, 3, 4, 3}, {2, 3, 4, 3}}, ShapeParams{{2, 5, 7, 3}},
       Indices{1, 35, DType::I32}},
      {"max_pool2d_scatter", Shapes{{1, 1, 1, 1}, {1, 1, 1, 1}}, ShapeParams{{1, 1, 1, 1}},
       Indices{1, 1, DType::I32}},
      {"max_pool2d_scatter", Shapes{{1, 2, 2, 5}, {1, 2, 2, 5}}, ShapeParams{{1, 4, 4, 5}},
       Indices{1, 16, DType::I32}},
      {"max_pool2d_scatter", Shapes{{0, 2, 2, 5}, {0, 2, 2, 5}}, ShapeParams{{0, 4, 4, 5}},
       Indices{1, 16, DType::I32}},
      {"max_pool2d_scatter", Shapes{{1, 3, 5, 2}, {1, 3, 5, 2}}, ShapeParams{{1, 3, 5, 2}},
       Indices{1, 15, DType::I32}},
      {"max_pool2d_scatter", Shapes{{2, 3, 3, 1}, {2, 3, 3, 1}}, ShapeParams{{2, 7, 7, 1}},
       Indices{1, 49, DType::I32}},
      {"max_pool2d_scatter", Shapes{{3, 6, 5, 17}, {3, 6, 5, 17}}, ShapeParams{{3, 13, 11, 17}},
       Indices{1, 143, DType::I32}},

      {"avg_pool2d_grad", Shapes{{2, 3, 4, 3}}, PoolGradParams{pool(3, 2, 1), {2, 5, 7, 3}}},
      {"avg_pool2d_grad", Shapes{{1, 1, 1, 1}}, PoolGradParams{pool(1, 1), {1, 1, 1, 1}}},
      {"avg_pool2d_grad", Shapes{{1, 2, 2, 2}}, PoolGradParams{pool(2, 2), {1, 5, 5, 2}}},
      {"avg_pool2d_grad", Shapes{{1, 3, 3, 2}}, PoolGradParams{ceiled(pool(2, 2)), {1, 5, 5, 2}}},
      {"avg_pool2d_grad", Shapes{{1, 3, 3, 3}},
       PoolGradParams{inside_only(pool(3, 2, 1)), {1, 5, 6, 3}}},
      {"avg_pool2d_grad", Shapes{{0, 3, 3, 3}}, PoolGradParams{pool(3, 2, 1), {0, 5, 6, 3}}},
      {"avg_pool2d_grad", Shapes{{3, 8, 9, 19}}, PoolGradParams{pool(3, 2, 1), {3, 15, 17, 19}}},
      {"avg_pool2d_grad", Shapes{{2, 17, 18, 67}}, PoolGradParams{pool(3, 2, 1), {2, 33, 35, 67}}},

      {"global_avg_pool2d", Shapes{{1, 1, 1, 1}}},
      {"global_avg_pool2d", Shapes{{2, 5, 7, 3}}},
      {"global_avg_pool2d", Shapes{{0, 2, 2, 3}}},
      {"global_avg_pool2d", Shapes{{1, 7, 7, 5}}},
      {"global_avg_pool2d", Shapes{{3, 1, 4, 2}}},
      {"global_avg_pool2d", Shapes{{2, 3, 1, 1}}},
      {"global_avg_pool2d", Shapes{{5, 7, 7, 67}}, Perf{{32, 7, 7, 512}}},
  };
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace graft::testing
