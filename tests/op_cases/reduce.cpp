// Reductions over one, several and all axes.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

AxesParams axes(std::vector<int> list, bool keep = false) { return {std::move(list), keep}; }
ShapeParams to(const Shape& shape) { return {shape}; }

template <class... Options>
void add_reduction(OpCases& rows, const char* op, const Options&... options) {
  rows.push_back({op, Shapes{{}}, axes({}), options...});
  rows.push_back({op, Shapes{{1}}, axes({0}), options...});
  rows.push_back({op, Shapes{{7}}, axes({}), options...});
  rows.push_back({op, Shapes{{2, 3, 5}}, axes({}), options...});
  rows.push_back({op, Shapes{{2, 3, 5}}, axes({0}), options...});
  rows.push_back({op, Shapes{{2, 3, 5}}, axes({1}, true), options...});
  rows.push_back({op, Shapes{{2, 3, 5}}, axes({-1}), options...});
  rows.push_back({op, Shapes{{3, 2, 5}}, axes({0, 2}), options...});
  rows.push_back({op, Shapes{{2, 5, 7, 3}}, axes({0, 1, 2}, true), options...});
  rows.push_back({op, Shapes{{5, 1, 11}}, axes({-2, -1}), options...});
  rows.push_back({op, Shapes{{3, 13001}}, axes({1}), options...});
  rows.push_back({op, Shapes{{13001, 3}}, axes({0}), options...});
  rows.push_back({op, Shapes{{32, 56, 56, 64}}, axes({0, 1, 2}), options..., TimedOnly{}});
  rows.push_back({op, Shapes{{4096, 1000}}, axes({1}), options..., TimedOnly{}});
}

}  // namespace

OpCases reduce_cases() {
  OpCases rows = {
      {"sum", Shapes{{0}}, axes({})},
      {"sum", Shapes{{3, 0, 2}}, axes({1})},
      {"sum", Shapes{{3, 0, 2}}, axes({0}, true)},
      {"argmax", Shapes{{1}}, KinkGap{1e-3}},
      {"argmax", Shapes{{5}}, KinkGap{1e-3}},
      {"argmax", Shapes{{0, 3}}, KinkGap{1e-3}},
      {"argmax", Shapes{{4, 1}}, KinkGap{1e-3}},
      {"argmax", Shapes{{2, 3, 7}}, KinkGap{1e-3}},
      {"argmax", Shapes{{2, 3, 7}}, Whole{}},
      {"argmax", Shapes{{3001, 23}}, KinkGap{2e-5}, Perf{{4096, 1000}}},
      {"sum_to", Shapes{{2, 3, 5}}, to({2, 3, 5})},
      {"sum_to", Shapes{{2, 3, 5}}, to({3, 1})},
      {"sum_to", Shapes{{2, 3, 5}}, to({5})},
      {"sum_to", Shapes{{2, 3, 5}}, to({})},
      {"sum_to", Shapes{{2, 3, 5}}, to({2, 1, 5})},
      {"sum_to", Shapes{{1, 7}}, to({1})},
      {"sum_to", Shapes{{0, 4}}, to({4})},
      {"sum_to", Shapes{{13001, 3}}, to({3})},
      {"broadcast_to", Shapes{{5}}, to({2, 3, 5})},
      {"broadcast_to", Shapes{{3, 1}}, to({2, 3, 5})},
      {"broadcast_to", Shapes{{}}, to({2, 3})},
      {"broadcast_to", Shapes{{2, 3}}, to({2, 3})},
      {"broadcast_to", Shapes{{1, 1}}, to({1, 7})},
      {"broadcast_to", Shapes{{1, 4}}, to({0, 4})},
      {"broadcast_to", Shapes{{3}}, to({13001, 3})},
  };
  add_reduction(rows, "sum");
  add_reduction(rows, "mean");
  add_reduction(rows, "max", Range{-5, 5}, KinkGap{2e-5});
  return rows;
}

}  // namespace graft::testing
