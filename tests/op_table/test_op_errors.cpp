// What an op says when it is asked for what it cannot do: kind and text, a row each.
#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "graft/core/allocator.h"
#include "graft/core/op_table.h"
#include "graft/core/ops.h"

namespace graft::testing {
namespace {

struct ErrorRow {
  std::function<void()> call;
  ErrorKind kind;
  std::string text;
};

Tensor f32(const Shape& shape) { return Tensor::zeros(shape); }
Tensor f64(const Shape& shape) { return Tensor::zeros(shape, DType::F64); }
Tensor i64(std::initializer_list<int64_t> values) {
  return Tensor::from<int64_t>(std::vector<int64_t>(values), {static_cast<int64_t>(values.size())});
}
Tensor u8(const Shape& shape) { return Tensor::zeros(shape, DType::U8); }
Tensor i32(const Shape& shape) { return Tensor::zeros(shape, DType::I32); }

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

// Of 3 x 4 pixels to 2 x 2, of windows of 3 x 3 at most.
void resize_window(std::initializer_list<int64_t> window) {
  resize_windows(u8({12, 1}), reshape(i64(window), {1, -1}), f32({256, 1}), {{2, 2}, {3, 3}});
}

std::vector<ErrorRow> elementwise_errors() {
  std::vector<ErrorRow> rows = {
      {[] { unary_grad(UnaryKind::Sin, f32({2}), f32({3})); }, ErrorKind::Shape,
       "unary_grad: gradient f32 [2] for f32 [3]"},
      {[] { unary_grad2(UnaryKind::Sin, f32({2}), f64({2})); }, ErrorKind::Shape,
       "unary_grad2: gradient f32 [2] for f64 [2]"},
      {[] { exp(Tensor()); }, ErrorKind::Argument, "exp: tensor is undefined"},
  };
#define UNARY(name, functor, keeps)    \
  rows.push_back({[] {                 \
                    name(i64({1, 2})); \
                  },                   \
                  ErrorKind::DType, #name ": needs f32 or f64, not i64"});
#include "graft/core/ops/unary.def"
#undef UNARY
#define BINARY(name, functor)                                                     \
  rows.push_back({[] { name(f32({2}), f64({2})); }, ErrorKind::DType,             \
                  #name ": needs two f32 or two f64 operands, not f32 and f64"}); \
  rows.push_back({[] {                                                            \
                    name(f32({2, 3}), f32({4}));                                  \
                  },                                                              \
                  ErrorKind::Shape, #name ": shapes do not broadcast: [2, 3] and [4]"});
#include "graft/core/ops/binary.def"
#undef BINARY
  return rows;
}

std::vector<ErrorRow> reduce_errors() {
  return {
      {[] { sum(i64({1})); }, ErrorKind::DType, "sum: needs f32 or f64, not i64"},
      {[] {
         sum(f32({2, 3}), {2});
       },
       ErrorKind::Shape, "sum: no axis 2 in rank 2"},
      {[] {
         mean(f32({0, 3}));
       },
       ErrorKind::Shape, "mean: no elements: [0, 3]"},
      {[] {
         max(f32({0, 3}));
       },
       ErrorKind::Shape, "max: no elements: [0, 3]"},
      {[] {
         argmax(f32({3, 0}));
       },
       ErrorKind::Shape, "argmax: no last axis to search: [3, 0]"},
      {[] { argmax(f32({})); }, ErrorKind::Shape, "argmax: no last axis to search: []"},
      {[] {
         sum_to(f32({2, 3}), {2});
       },
       ErrorKind::Shape, "sum_to: [2, 3] does not sum to [2]"},
      {[] {
         sum_to(f32({3}), {2, 3});
       },
       ErrorKind::Shape, "sum_to: [3] does not sum to [2, 3]"},
      {[] {
         broadcast_to(f32({2, 3}), {3});
       },
       ErrorKind::Shape, "broadcast_to: [2, 3] does not broadcast to [3]"},
  };
}

std::vector<ErrorRow> shape_errors() {
  return {
      {[] {
         reshape(f32({2, 3}), {4});
       },
       ErrorKind::Shape, "reshape: [2, 3] does not fit into [4]"},
      {[] {
         reshape(f32({2, 3}), {-1, 4});
       },
       ErrorKind::Shape, "reshape: [2, 3] does not fit into [-1, 4]"},
      {[] {
         reshape(f32({2, 3}), {-1, kMost, 2});
       },
       ErrorKind::Limit, "shape: element count overflows: [1, 9223372036854775807, 2]"},
      {[] {
         flatten(f32({2, 3, 4}), 2, 1);
       },
       ErrorKind::Shape, "flatten: axes 2..1 of [2, 3, 4]"},
      {[] {
         permute(f32({2, 3}), {0, 0});
       },
       ErrorKind::Shape, "permute: order [0, 0] names an axis twice"},
      {[] {
         permute(f32({2, 3}), {0});
       },
       ErrorKind::Shape, "permute: order [0] for [2, 3]"},
      {[] {
         transpose(f32({2, 3}), 0, 2);
       },
       ErrorKind::Shape, "transpose: no axis 2 in rank 2"},
      {[] { slice(f32({5}), 0, 2, 6); }, ErrorKind::Shape, "slice: 2..6 step 1 of axis 0 of [5]"},
      {[] { slice(f32({5}), 0, 0, 5, 0); }, ErrorKind::Shape,
       "slice: 0..5 step 0 of axis 0 of [5]"},
      {[] { contiguous(Tensor()); }, ErrorKind::Argument, "contiguous: tensor is undefined"},
      {[] { cat({}, 0); }, ErrorKind::Argument, "cat: no tensors"},
      {[] {
         cat({f32({2, 3}), f32({2, 4})}, 0);
       },
       ErrorKind::Shape, "cat: [2, 4] after [2, 3] along axis 0"},
      {[] {
         cat({f32({2}), f64({2})}, 0);
       },
       ErrorKind::DType, "cat: f64 after f32"},
      {[] {
         pad(f32({2, 3}), {1}, {1});
       },
       ErrorKind::Shape, "pad: 1 and 1 amounts for [2, 3]"},
      {[] { pad(f32({2}), {-1}, {0}); }, ErrorKind::Argument,
       "pad: negative amount -1 at axis 0 of [2]"},
      {[] { pad(f32({2}), {kMost}, {kMost}); }, ErrorKind::Limit,
       "pad: extent overflows: 9223372036854775807 + 9223372036854775807"},
      {[] { cast(Tensor(), DType::F32); }, ErrorKind::Argument, "cast: tensor is undefined"},
      {[] {
         gather_rows(f32({3, 2}), i64({0, 3}));
       },
       ErrorKind::Argument, "gather_rows: rows[1] = 3 is not in 0..2"},
      {[] {
         resize_windows(f32({12, 1}), i64({0}), f32({256, 1}), {});
       },
       ErrorKind::DType, "resize_windows: pixels must be u8 [P,C], not f32 [12, 1]"},
      {[] {
         resize_windows(u8({12, 1}), i64({0}), f32({256, 1}), {});
       },
       ErrorKind::DType, "resize_windows: windows must be i64 [N,5], not i64 [1]"},
      {[] {
         resize_windows(u8({12, 1}), reshape(i64({0, 4, 3, 3, 0}), {1, 5}), f32({256, 3}),
                        {{2, 2}, {3, 3}});
       },
       ErrorKind::Shape, "resize_windows: values must be [256,C] for pixels [12, 1], not [256, 3]"},
      {[] {
         resize_windows(u8({12, 1}), reshape(i64({0, 4, 3, 3, 0}), {1, 5}), f32({256, 1}),
                        {{2, 0}, {3, 3}});
       },
       ErrorKind::Shape, "resize_windows: no result of 2 x 0"},
      {[] {
         resize_window({0, 4, 3, 4, 0});
       },
       ErrorKind::Argument, "resize_windows: window 0 of 3 x 4 is empty or larger than 3 x 3"},
      {[] {
         resize_window({0, 4, 0, 3, 0});
       },
       ErrorKind::Argument, "resize_windows: window 0 of 0 x 3 is empty or larger than 3 x 3"},
      {[] {
         resize_window({2, 4, 3, 3, 0});
       },
       ErrorKind::Argument,
       "resize_windows: window 0 of 3 x 3 from pixel 2 in steps of 4 leaves the 12 pixels"},
      {[] {
         resize_window({-1, 4, 3, 3, 0});
       },
       ErrorKind::Argument,
       "resize_windows: window 0 of 3 x 3 from pixel -1 in steps of 4 leaves the 12 pixels"},
      {[] {
         resize_window({1, 4, 3, 3, 2});
       },
       ErrorKind::Argument, "resize_windows: windows[0,4] = 2 is not in 0..1"},
      {[] {
         gather_rows(f32({3, 2}), f32({2}));
       },
       ErrorKind::DType, "gather_rows: rows must be i64 [n], not f32 [2]"},
      {[] {
         scatter_rows(f32({2, 2}), i64({0, -1}), 3);
       },
       ErrorKind::Argument, "scatter_rows: rows[1] = -1 is not in 0..2"},
  };
}

std::vector<ErrorRow> product_errors() {
  return {
      {[] {
         matmul(f32({2, 3}), f32({4, 5}));
       },
       ErrorKind::Shape, "matmul: inner dimensions differ: lhs [2, 3] rhs [4, 5]"},
      {[] {
         matmul(f32({2, 3}), f32({2, 5}), true, true);
       },
       ErrorKind::Shape,
       "matmul: inner dimensions differ: lhs [2, 3] transposed rhs [2, 5] transposed"},
      {[] { matmul(f32({2}), f32({2})); }, ErrorKind::Shape,
       "matmul: needs two matrices or two equal batches of them: lhs [2] rhs [2]"},
      {[] {
         matmul(f32({2, 2}), f64({2, 2}));
       },
       ErrorKind::DType, "matmul: needs two f32 or two f64 operands: lhs f32 rhs f64"},
      {[] {
         linear(f32({2, 3}), f32({5, 4}));
       },
       ErrorKind::Shape, "linear: needs x [...,K] and weight [N,K]: x [2, 3] weight [5, 4]"},
      {[] {
         linear(f32({2, 3}), f32({5, 3}), f32({4}));
       },
       ErrorKind::Shape, "linear: bias does not fit: bias f32 [4] weight f32 [5, 3]"},
      {[] {
         conv2d(f32({1, 5, 5, 3}), f32({4, 3, 3, 2}), {}, {});
       },
       ErrorKind::Shape,
       "conv2d: channels do not fit: x [1, 5, 5, 3] weight [4, 3, 3, 2] groups 1"},
      {[] {
         conv2d(f32({1, 2, 5, 3}), f32({4, 3, 3, 3}), {}, {});
       },
       ErrorKind::Shape,
       "conv2d: window 3x3 is larger than the padded image 2x5: x [1, 2, 5, 3] weight "
       "[4, 3, 3, 3]"},
      {[] {
         conv2d(f32({1, 5, 5, 3}), f32({4, 3, 3, 3}), {}, {.dilation_h = kMost});
       },
       ErrorKind::Limit, "conv2d: extent overflows: 2 x 9223372036854775807"},
      {[] {
         conv2d(f32({1, 5, 5, 3}), f32({4, 3, 3, 3}), {}, {.padding = {.left = kMost}});
       },
       ErrorKind::Limit, "conv2d: extent overflows: 5 + 9223372036854775807"},
      {[] {
         conv2d(f32({1, 5, 5, 3}), f32({4, 3, 3, 3}), f32({3}), {});
       },
       ErrorKind::Shape, "conv2d: bias does not fit: bias f32 [3] weight f32 [4, 3, 3, 3]"},
      {[] {
         conv2d(f32({5, 5, 3}), f32({4, 3, 3, 3}), {}, {});
       },
       ErrorKind::Shape,
       "conv2d: needs an image [N,H,W,C] and filters [Cout,KH,KW,C/groups]: x [5, 5, 3] weight "
       "[4, 3, 3, 3]"},
      {[] {
         conv2d_input_grad(f32({1, 4, 4, 4}), f32({4, 3, 3, 3}), {1, 5, 5, 3}, {});
       },
       ErrorKind::Shape,
       "conv2d_input_grad: gradient [1, 4, 4, 4] for a result of shape [1, 3, 3, 4]"},
      {[] {
         conv2d_filter_grad(f32({1, 5, 5, 3}), f32({1, 4, 4, 4}), {4, 3, 3, 3}, {});
       },
       ErrorKind::Shape,
       "conv2d_filter_grad: gradient [1, 4, 4, 4] for a result of shape [1, 3, 3, 4]"},
      {[] {
         Tensor x = f32({1, 5, 5, 3});
         x.set_requires_grad(true);
         conv2d_fused(x, f32({4, 3, 3, 3}), {}, {}, {}, Activation::Relu);
       },
       ErrorKind::Autograd, "conv2d_fused: records no graph, but an operand wants a gradient"},
  };
}

std::vector<ErrorRow> image_errors() {
  const Pool2dParams wide{.kernel_h = 7, .kernel_w = 7};
  return {
      {[] {
         max_pool2d(f32({5, 5, 3}), {});
       },
       ErrorKind::Shape, "max_pool2d: needs images [N,H,W,C], not [5, 5, 3]"},
      {[wide] {
         max_pool2d(f32({1, 5, 5, 3}), wide);
       },
       ErrorKind::Shape, "max_pool2d: kernel 7x7 does not fit into images [1, 5, 5, 3]"},
      {[] {
         max_pool2d(f32({1, 5, 5, 3}), {.padding = symmetric_padding(2)});
       },
       ErrorKind::Argument,
       "max_pool2d: padding must be 0 to half of the kernel: kernel 2x2 padding 2 2 2 2"},
      {[] {
         max_pool2d_gather(f32({1, 5, 5, 3}), i32({1, 2, 2, 4}));
       },
       ErrorKind::Shape,
       "max_pool2d_gather: windows [1, 2, 2, 4] do not belong to images [1, 5, 5, 3]"},
      {[] {
         max_pool2d_scatter(f32({1, 2, 2, 3}), f32({1, 2, 2, 3}), {1, 5, 5, 3});
       },
       ErrorKind::Shape,
       "max_pool2d_scatter: needs an i32 index [1, 2, 2, 3], not f32 [1, 2, 2, 3]"},
      {[] {
         avg_pool2d(f32({1, 5, 5, 3}), {.stride_h = 0});
       },
       ErrorKind::Argument,
       "avg_pool2d: kernel and stride must be positive: kernel 2x2 stride 0x2"},
      {[] {
         avg_pool2d_grad(f32({1, 3, 3, 3}), {1, 5, 5, 3}, {});
       },
       ErrorKind::Shape, "avg_pool2d_grad: gradient [1, 3, 3, 3] for images [1, 5, 5, 3]"},
      {[] {
         global_avg_pool2d(f32({1, 0, 5, 3}));
       },
       ErrorKind::Shape, "global_avg_pool2d: no pixels: [1, 0, 5, 3]"},
      {[] {
         batch_norm_train(f32({1, 3}), f32({3}), f32({3}), {}, {}, {});
       },
       ErrorKind::Shape,
       "batch_norm_train: needs more than one value per channel, but x is [1, 3]"},
      {[] {
         conv2d_batch_norm_train(f32({1, 3, 3, 2}), f32({4, 3, 3, 2}), f32({4}), f32({4}), {}, {},
                                 {}, {});
       },
       ErrorKind::Shape,
       "conv2d_batch_norm_train: needs more than one value per channel, but the convolution's "
       "result is [1, 1, 1, 4]"},
      {[] {
         batch_norm_eval(f32({2, 3}), f32({4}), f32({3}), f32({3}), f32({3}), {});
       },
       ErrorKind::Shape,
       "batch_norm_eval: gamma, beta and statistics must be f32 [3] for x [2, 3], not f32 [4]"},
      {[] {
         layer_norm(f32({2, 0}), f32({0}), f32({0}));
       },
       ErrorKind::Shape, "layer_norm: needs x [...,C] with channels, not [2, 0]"},
      {[] {
         layer_norm(f32({2, 3}), f32({3}), f32({2}));
       },
       ErrorKind::Shape, "layer_norm: gamma and beta must be f32 [3] for x [2, 3], not f32 [2]"},
  };
}

std::vector<ErrorRow> loss_errors() {
  return {
      {[] { softmax(f32({})); }, ErrorKind::Shape, "softmax: needs a last axis, not []"},
      {[] { log_softmax(i64({1})); }, ErrorKind::DType, "log_softmax: needs f32 or f64, not i64"},
      {[] {
         cross_entropy(f32({2, 3}), i64({0, 3}));
       },
       ErrorKind::Argument, "cross_entropy: labels[1] = 3 is not in 0..2"},
      {[] {
         cross_entropy(f32({2, 3}), i64({0}));
       },
       ErrorKind::Shape, "cross_entropy: 1 labels for logits [2, 3]"},
      {[] { cross_entropy(f32({6}), i64({0})); }, ErrorKind::Shape,
       "cross_entropy: needs logits [N,C], not [6]"},
      {[] {
         cross_entropy(f32({1, 3}), i64({0}), 1.5);
       },
       ErrorKind::Argument, "cross_entropy: smoothing must be in [0, 1): 1.5"},
      {[] {
         cross_entropy(f32({0, 3}), Tensor::empty({0}, DType::I64));
       },
       ErrorKind::Shape, "cross_entropy: no mean of no samples: logits [0, 3]"},
      {[] { mse_loss(f32({2}), f32({3})); }, ErrorKind::Shape,
       "mse_loss: prediction [2] target [3]"},
      {[] { dropout(f32({2}), 1, {}); }, ErrorKind::Argument, "dropout: p must be in [0, 1): 1"},
      {[] { dropout(f32({2}), 0.5, f32({2}), 0); }, ErrorKind::DType,
       "dropout: key must be i32 [2], not f32 [2]"},
  };
}

std::vector<ErrorRow> all_errors() {
  std::vector<ErrorRow> all;
  for (const auto family :
       {elementwise_errors, reduce_errors, shape_errors, product_errors, image_errors, loss_errors})
    for (ErrorRow& row : family()) all.push_back(std::move(row));
  return all;
}

}  // namespace

TEST_CASE("an op says which operands do not fit, and names itself") {
  for (const ErrorRow& row : all_errors()) {
    CAPTURE(row.text);
    std::optional<Error> caught;
    try {
      row.call();
    } catch (const Error& error) {
      caught = error;
    }
    CHECK(caught.has_value());
    if (!caught) continue;
    CHECK(std::string(caught->what()) == row.text);
    CHECK(caught->kind() == row.kind);
  }
}

TEST_CASE("every op has an error text that is tested") {
  const std::vector<ErrorRow> errors = all_errors();
  for (const OpRow& op : op_table()) {
    CAPTURE(std::string(op.name));
    const bool tested = std::any_of(errors.begin(), errors.end(), [&](const ErrorRow& row) {
      return row.text.starts_with(std::string(op.name) + ": ");
    });
    CHECK_MESSAGE(tested, op.name, ": no error text; add one to tests/op_table/test_op_errors.cpp");
  }
}

TEST_CASE("an op that runs out of memory says where, for what, and leaves its operands alone") {
  const Tensor a = Tensor::full({64, 64}, 1.0), b = Tensor::full({64, 64}, 2.0);
  Allocator& memory = allocator(Device{});
  const size_t live = memory.stats().live;
  memory.set_budget(live + 1000);
  std::string text;
  try {
    matmul(a, b);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::OutOfMemory);
    text = error.what();
  }
  memory.set_budget(kNoBudget);
  CHECK(text.starts_with("matmul: out of memory: 16384 bytes on cpu"));
  CHECK(text.ends_with("for f32 [64, 64]"));
  CHECK(memory.stats().live == live);
  CHECK(matmul(a, b).values<float>()[0] == 128);
}

}  // namespace graft::testing
