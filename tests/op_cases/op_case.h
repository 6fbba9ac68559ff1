// One row of the table of cases: an op, the shapes of its operands, its parameters, and how the
// operands' values are made. The harness checks every row on every device in every layout; the
// benchmarks time the rows that carry shapes of their own for it.
//
//   OpCase{"max_pool2d", Shapes{{2, 5, 7, 3}}, pool(3, 2, 1), KinkGap{1e-3},
//          Perf{{64, 112, 112, 64}}}
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

#include "graft/core/op_table.h"

namespace graft::testing {

/// Stands for an optional operand that is left out.
inline const Shape kAbsent{-1};

struct Shapes {
  Shapes(std::initializer_list<Shape> list) : of(list) {}
  std::vector<Shape> of;
};
/// Shapes to time, with the parameters and values of the case.
struct Perf : Shapes {
  using Shapes::Shapes;
};
/// Only timed, not checked: where the parameters name a shape, timing needs a row of its own.
struct TimedOnly {};
/// Floating operands (or the one given) are uniform in low..high; without it in -2..2.
struct Range {
  double low, high;
  int operand = -1;
};
/// Operand `operand` holds integers 0..below-1.
struct Indices {
  int operand;
  int64_t below;
  DType dtype = DType::I64;
};
/// Operand `operand` holds these integers in turn, of which none is negative.
struct Listed {
  int operand;
  std::vector<int64_t> numbers;
};
/// Elements are at least `gap` apart from each other, from the elements of other operands, and from
/// the multiples of 3, so that a finite difference meets no kink and no tie.
struct KinkGap {
  double gap;
};

/// Floating operands are rounded to whole numbers, so that equal ones occur.
struct Whole {};

/// Not with values that repeat along an axis, which would make the op ill-conditioned.
struct NoRepeats {};

/// How the elements of one operand are made.
struct Values {
  double low = -2, high = 2;
  bool whole = false;
  int64_t below = 0;
  DType integer = DType::I64;
  std::vector<int64_t> listed = {};
};

struct OpCase {
  template <class... Options>
  OpCase(std::string name, const Shapes& operands, const Options&... options)
      : op(std::move(name)), shapes(operands.of), values(operands.of.size()) {
    (set(options), ...);
  }

  std::string op;
  std::vector<Shape> shapes;
  OpParams params;
  std::vector<Values> values;
  double kink_gap = 0;
  bool repeats = true;
  bool checked = true;
  std::vector<Shape> perf;  ///< empty: not timed

 private:
  void set(const Perf& shapes_to_time) { perf = shapes_to_time.of; }
  void set(const TimedOnly&) { checked = false, perf = shapes; }
  void set(const KinkGap& k) { kink_gap = k.gap; }
  void set(const Range& r) {
    for (size_t i = 0; i < values.size(); ++i)
      if (r.operand < 0 || r.operand == static_cast<int>(i))
        values[i].low = r.low, values[i].high = r.high;
  }
  void set(const NoRepeats&) { repeats = false; }
  void set(const Whole&) {
    for (Values& v : values) v.whole = true;
  }
  void set(const Indices& x) {
    Values& v = values.at(static_cast<size_t>(x.operand));
    v.below = x.below, v.integer = x.dtype;
  }
  void set(const Listed& x) {
    Values& v = values.at(static_cast<size_t>(x.operand));
    v.below = 1 + *std::max_element(x.numbers.begin(), x.numbers.end()), v.listed = x.numbers;
  }
  template <class Params>
  requires std::is_constructible_v<OpParams, Params>
  void set(const Params& p) { params = p; }
};

using OpCases = std::vector<OpCase>;

/// "conv2d [2, 5, 7, 3] [4, 3, 3, 3] -".
std::string to_string(const OpCase& op_case);

/// Window of size x size, as torch's MaxPool2d(size, stride, padding).
Pool2dParams pool(int64_t size, int64_t stride, int64_t padding = 0);
/// As torch's Conv2d(..., stride, padding, dilation, groups).
Conv2dParams conv(int64_t stride = 1, int64_t padding = 0, int64_t dilation = 1,
                  int64_t groups = 1);

}  // namespace graft::testing
