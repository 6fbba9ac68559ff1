// Elementwise functions: every unary one over the same shapes, every binary one over the same
// pairs.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

// Sizes 0, 1, odd, prime; the last is cut into several chunks.
const Shape kShapes[] = {{}, {0}, {1}, {7}, {2, 3}, {5, 1, 3}, {2, 3, 5, 4}, {13, 3079}};

template <class... Options>
void add_unary(OpCases& rows, const char* op, const Options&... options) {
  for (const Shape& shape : kShapes) rows.push_back({op, Shapes{shape}, options...});
  rows.push_back({op, Shapes{{32, 56, 56, 64}}, options..., TimedOnly{}});
}

template <class... Options>
void add_binary(OpCases& rows, const char* op, const Options&... options) {
  const Shapes pairs[] = {{{}, {}},
                          {{0}, {0}},
                          {{1}, {1}},
                          {{7}, {7}},
                          {{2, 3, 5}, {5}},
                          {{2, 3}, {1}},
                          {{}, {2, 3}},
                          {{0, 3}, {1, 3}},
                          {{4, 1, 3}, {5, 1}},
                          {{2, 3, 5}, {2, 3, 5}},
                          {{1, 1, 4}, {2, 3, 1}},
                          {{13, 3079}, {13, 1}}};
  for (const Shapes& pair : pairs) rows.push_back({op, pair, options...});
  rows.push_back({op, Shapes{{32, 56, 56, 64}, {32, 56, 56, 64}}, options..., TimedOnly{}});
  rows.push_back({op, Shapes{{32, 56, 56, 64}, {64}}, options..., TimedOnly{}});
}

constexpr KinkGap kGap{2e-5};

}  // namespace

OpCases unary_cases() {
  OpCases rows;
  for (const char* op :
       {"neg", "exp", "square", "sigmoid", "tanh", "softplus", "silu", "gelu", "sin", "cos"})
    add_unary(rows, op, Range{-3, 3});
  for (const char* op : {"abs", "relu", "relu6", "leaky_relu", "elu", "hardswish"})
    add_unary(rows, op, Range{-5, 9}, kGap);
  for (const char* op : {"log", "sqrt", "rsqrt", "reciprocal"}) add_unary(rows, op, Range{0.1, 4});
  for (const char* op : {"unary_grad", "unary_grad2"}) {
    for (const Shape& shape : kShapes)
      rows.push_back({op, Shapes{shape, shape}, UnaryParams{UnaryKind::Tanh}});
    for (const UnaryKind kind : {UnaryKind::Sin, UnaryKind::Square, UnaryKind::Sigmoid})
      rows.push_back({op, Shapes{{2, 3, 5}, {2, 3, 5}}, UnaryParams{kind}});
  }
  return rows;
}

OpCases binary_cases() {
  OpCases rows;
  for (const char* op : {"add", "sub", "mul"}) add_binary(rows, op);
  add_binary(rows, "div", Range{0.5, 2, 1});
  add_binary(rows, "maximum", kGap);
  add_binary(rows, "minimum", kGap);
  add_binary(rows, "greater", Whole{});
  add_binary(rows, "equal", Whole{});
  return rows;
}

}  // namespace graft::testing
