// Views and copies that change the geometry.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

ShapeParams to(const Shape& shape) { return {shape}; }
AxesParams order(std::vector<int> list) { return {std::move(list)}; }
AxesParams axes(int a, int b) { return {{a, b}}; }
AxesParams along(int axis) { return {{axis}}; }
SliceParams cut(int axis, int64_t begin, int64_t end, int64_t step = 1) {
  return {axis, begin, end, step};
}
PadParams margins(std::vector<int64_t> before, std::vector<int64_t> after, double value = 0) {
  return {std::move(before), std::move(after), value};
}

}  // namespace

OpCases shape_cases() {
  return {
      {"reshape", Shapes{{2, 3, 4}}, to({6, 4})},
      {"reshape", Shapes{{2, 3, 4}}, to({24})},
      {"reshape", Shapes{{2, 3, 4}}, to({-1, 2})},
      {"reshape", Shapes{{2, 3, 4}}, to({4, 3, 2})},
      {"reshape", Shapes{{1}}, to({})},
      {"reshape", Shapes{{}}, to({1, 1})},
      {"reshape", Shapes{{0, 3}}, to({3, 0})},
      {"reshape", Shapes{{7, 11}}, to({11, 7})},

      {"permute", Shapes{{2, 3}}, order({1, 0})},
      {"permute", Shapes{{2, 3, 5}}, order({2, 0, 1})},
      {"permute", Shapes{{2, 3, 5}}, order({0, 1, 2})},
      {"permute", Shapes{{2, 3, 5, 4}}, order({0, 3, 1, 2})},
      {"permute", Shapes{{7}}, order({0})},
      {"permute", Shapes{{0, 3}}, order({1, 0})},
      {"permute", Shapes{{1, 5, 1}}, order({2, 1, 0})},

      {"flatten", Shapes{{2, 3, 5}}, axes(0, -1)},
      {"flatten", Shapes{{2, 3, 5}}, axes(1, 2)},
      {"flatten", Shapes{{2, 3, 5, 4}}, axes(1, -2)},
      {"flatten", Shapes{{7}}, axes(0, 0)},
      {"flatten", Shapes{{0, 3}}, axes(0, 1)},
      {"flatten", Shapes{{5, 1, 3}}, axes(0, 1)},

      {"transpose", Shapes{{2, 3}}, axes(0, 1)},
      {"transpose", Shapes{{2, 3, 5}}, axes(0, -1)},
      {"transpose", Shapes{{2, 3, 5, 4}}, axes(2, 1)},
      {"transpose", Shapes{{7}}, axes(0, 0)},
      {"transpose", Shapes{{0, 3}}, axes(0, 1)},
      {"transpose", Shapes{{1, 5, 1}}, axes(1, 2)},

      {"slice", Shapes{{7}}, cut(0, 2, 5)},
      {"slice", Shapes{{7}}, cut(0, 0, 7, 3)},
      {"slice", Shapes{{7}}, cut(0, 3, 3)},
      {"slice", Shapes{{2, 5, 3}}, cut(1, 1, 4, 2)},
      {"slice", Shapes{{2, 5, 3}}, cut(-1, 1, 3)},
      {"slice", Shapes{{2, 5, 3}}, cut(0, 1, 2)},
      {"slice", Shapes{{1, 1}}, cut(0, 0, 1)},
      {"slice", Shapes{{0, 4}}, cut(1, 1, 3)},

      {"contiguous", Shapes{{}}},
      {"contiguous", Shapes{{0}}},
      {"contiguous", Shapes{{1}}},
      {"contiguous", Shapes{{7}}},
      {"contiguous", Shapes{{2, 3, 5}}},
      {"contiguous", Shapes{{5, 1, 3}}},
      {"contiguous", Shapes{{13, 3079}}},

      {"cat", Shapes{{2, 3}, {2, 5}}, along(1)},
      {"cat", Shapes{{2, 3}, {1, 3}, {4, 3}}, along(0)},
      {"cat", Shapes{{2, 3, 5}, {2, 1, 5}}, along(-2)},
      {"cat", Shapes{{2, 0}, {2, 3}}, along(1)},
      {"cat", Shapes{{7}}, along(0)},
      {"cat", Shapes{{1}, {1}, {1}}, along(0)},
      {"cat", Shapes{{2, 3, 5, 1}, {2, 3, 5, 2}}, along(3)},
      {"cat", Shapes{{13, 3079}, {13, 3001}}, along(1)},
      {"cat", Shapes{{16, 56, 56, 64}, {16, 56, 56, 64}}, along(3), TimedOnly{}},

      {"pad", Shapes{{5}}, margins({1}, {2})},
      {"pad", Shapes{{5}}, margins({0}, {0})},
      {"pad", Shapes{{}}, margins({}, {})},
      {"pad", Shapes{{0}}, margins({1}, {1}, 3)},
      {"pad", Shapes{{2, 3}}, margins({0, 1}, {2, 0}, -1.5)},
      {"pad", Shapes{{2, 5, 3, 2}}, margins({0, 1, 2, 0}, {0, 1, 0, 0})},
      {"pad", Shapes{{1, 7, 1}}, margins({3, 0, 0}, {0, 0, 4})},
      {"pad", Shapes{{31, 1301}}, margins({1, 2}, {3, 4}, 0.5)},
      {"pad", Shapes{{32, 56, 56, 64}}, margins({0, 1, 1, 0}, {0, 1, 1, 0}), TimedOnly{}},

      {"cast", Shapes{{}}, CastParams{DType::F64}},
      {"cast", Shapes{{0}}, CastParams{DType::F64}},
      {"cast", Shapes{{7}}, CastParams{DType::F64}},
      {"cast", Shapes{{1}}, CastParams{DType::F64}},
      {"cast", Shapes{{2, 3, 5}}, CastParams{DType::F64}},
      {"cast", Shapes{{5, 1, 3}}, CastParams{DType::F64}},
      {"cast", Shapes{{13, 3079}}, CastParams{DType::F64}},
      {"cast", Shapes{{2, 3, 5}}, CastParams{DType::F32}, Perf{{32, 56, 56, 64}}},
      {"cast", Shapes{{2, 3, 5}}, CastParams{DType::BF16}},
      {"cast", Shapes{{2, 3, 5}}, CastParams{DType::F16}},
      {"cast", Shapes{{2, 3, 5}}, CastParams{DType::I64}, Whole{}},

      {"gather_rows", Shapes{{5, 3}, {7}}, Indices{1, 5}},
      {"gather_rows", Shapes{{5}, {2}}, Indices{1, 5}},
      {"gather_rows", Shapes{{5, 3}, {0}}, Indices{1, 5}},
      {"gather_rows", Shapes{{1, 1}, {3}}, Indices{1, 1}},
      {"gather_rows", Shapes{{4, 2, 3}, {4}}, Indices{1, 4}},
      {"gather_rows", Shapes{{3, 0}, {2}}, Indices{1, 3}},
      {"gather_rows", Shapes{{101, 131}, {307}}, Indices{1, 101}, Perf{{4096, 512}, {4096}}},

      {"scatter_rows", Shapes{{7, 3}, {7}}, to({5}), Indices{1, 5}},
      {"scatter_rows", Shapes{{2}, {2}}, to({5}), Indices{1, 5}},
      {"scatter_rows", Shapes{{0, 3}, {0}}, to({5}), Indices{1, 5}},
      {"scatter_rows", Shapes{{3, 1}, {3}}, to({1}), Indices{1, 1}},
      {"scatter_rows", Shapes{{4, 2, 3}, {4}}, to({4}), Indices{1, 4}},
      {"scatter_rows", Shapes{{2, 0}, {2}}, to({3}), Indices{1, 3}},
      {"scatter_rows", Shapes{{307, 131}, {307}}, to({101}), Indices{1, 101}},
  };
}

}  // namespace graft::testing
