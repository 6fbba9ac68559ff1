#include "graft/kernels/cpu/product/thin.h"

#include <algorithm>

#include "graft/core/parallel.h"

namespace graft::cpu {
namespace {

constexpr int64_t kThin = 16;
constexpr int64_t kGrain = 1 << 18;  // multiply-adds of a chunk
constexpr int64_t kStep = 64;        // chunks begin at multiples of it

bool along_depth(const ThinProduct& p) {
  return p.a_depth == 1 && p.b_depth == 1 && p.columns <= kThin;
}

bool along_columns(const ThinProduct& p) {
  return p.b_column == 1 && std::min(p.rows, p.depth) <= kThin && !p.epilogue.bias &&
         p.epilogue.activation == Activation::None;
}

// Rows or columns of a chunk, where one costs `work` multiply-adds.
int64_t grain_for(int64_t work) {
  return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, work * kStep)) * kStep;
}

}  // namespace

bool is_thin(const ThinProduct& p) { return along_depth(p) || along_columns(p); }

void multiply_thin(const ThinProduct& p) {
  with_simd([&]<SimdLevel kLevel>() {
    if (along_depth(p))
      parallel_ranges(p.rows, grain_for(p.columns * p.depth),
                      [&](int64_t begin, int64_t end) { thin_dots<kLevel>(p, begin, end); });
    else
      parallel_ranges(p.columns, grain_for(p.rows * p.depth),
                      [&](int64_t begin, int64_t end) { thin_sums<kLevel>(p, begin, end); });
  });
}

}  // namespace graft::cpu
