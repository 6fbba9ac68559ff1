// The fused block of MobileNetV2 is three convolutions, to the bit.
#include <doctest/doctest.h>

#include "graft/core/ops.h"
#include "kernels/simd_levels.h"
#include "support/error_text.h"
#include "support/tensors.h"
#include "support/thread_invariance.h"

namespace graft::testing {
namespace {

struct Block {
  Shape x;
  int64_t hidden, outputs;  // hidden == x channels without `expands`
  Conv2dParams params;
  int64_t kernel_h = 3, kernel_w = 3;
  bool expands = true, residual = false, biases = true;
};

template <class T>
struct Operands {
  Tensor x, residual;
  FoldedConv expand, depthwise, project;
  Conv2dParams params;

  explicit Operands(const Block& block) : params(block.params) {
    params.groups = block.hidden;
    x = numbers<T>("x", block.x);
    const auto conv = [&](const std::string& name, const Shape& weight) {
      const Tensor bias = block.biases ? numbers<T>(name + " bias", {weight[0]}) : Tensor();
      return FoldedConv{mul(numbers<T>(name, weight), 3.0), bias};
    };
    if (block.expands) expand = conv("expand", {block.hidden, 1, 1, block.x[3]});
    depthwise = conv("depthwise", {block.hidden, block.kernel_h, block.kernel_w, 1});
    project = conv("project", {block.outputs, 1, 1, block.hidden});
    if (block.residual) residual = numbers<T>("residual", apart().shape());
  }

  Tensor fused(const Tensor& image) const {
    return inverted_residual_fused(image, expand, depthwise, params, project, residual,
                                   Activation::Relu6);
  }
  Tensor apart() const {
    Tensor h = x;
    if (expand.weight.defined())
      h = conv2d_fused(h, expand.weight, expand.bias, {}, {}, Activation::Relu6);
    h = conv2d_fused(h, depthwise.weight, depthwise.bias, params, {}, Activation::Relu6);
    return conv2d_fused(h, project.weight, project.bias, {}, residual, Activation::None);
  }
};

Conv2dParams window(int64_t stride, int64_t padding, int64_t dilation = 1) {
  return {stride, stride, dilation, dilation, 1, symmetric_padding(padding)};
}

const std::vector<Block>& blocks() {
  static const std::vector<Block> all{
      {{2, 9, 8, 5}, 17, 5, window(1, 1), 3, 3, true, true},  // few pieces: step by step
      {{4, 9, 8, 5}, 17, 5, window(1, 1), 3, 3, true, true},
      {{4, 9, 8, 5}, 17, 7, window(2, 1)},
      {{4, 7, 7, 33}, 33, 16, window(1, 1), 3, 3, false},
      {{5, 1, 1, 3}, 4, 2, window(1, 1)},
      {{4, 12, 11, 4}, 20, 6, window(1, 4, 2), 5, 3},         // dilated, much padding
      {{4, 12, 11, 4}, 20, 6, window(1, 2), 5, 5},            // more columns than unrolled
      {{4, 13, 9, 4}, 20, 6, window(3, 0), 2, 2},             // rows that no window reads
      {{4, 12, 9, 4}, 20, 6, {2, 1, 1, 2, 1, {0, 1, 2, 1}}},  // nothing is square
      {{4, 8, 8, 4}, 18, 3, window(1, 1), 3, 3, true, true, false},
      {{1, 70, 40, 16}, 144, 24, window(1, 1), 3, 3, true, false},  // several strips and bands
      {{9, 61, 40, 16}, 160, 24, window(2, 1)},                     // several strips, one band
      {{1, 64, 30, 150}, 150, 24, window(1, 1), 3, 3, false},
  };
  return all;
}

}  // namespace

TEST_CASE("inverted_residual_fused: the bits of three convolutions, every instruction set") {
  at_every_simd_level([] {
    for (const Block& block : blocks()) {
      CAPTURE(block.x);
      CAPTURE(block.params.stride_h);
      const Operands<float> of(block);
      CHECK(same_bits(of.fused(of.x), of.apart()));
    }
  });
}

TEST_CASE("inverted_residual_fused: the same in f64, and an empty batch") {
  for (const size_t i : {size_t{0}, size_t{1}, size_t{2}, size_t{10}}) {
    const Operands<double> of(blocks()[i]);
    CHECK(same_bits(of.fused(of.x), of.apart()));
  }
  const Operands<float> of(blocks()[2]);
  CHECK(of.fused(Tensor::zeros({0, 9, 8, 5})).shape() == Shape{0, 5, 4, 7});
}

TEST_CASE("inverted_residual_fused: the same bits on 1, 2 and 3 threads, alone and in a batch") {
  const Operands<float> of(blocks()[11]);
  same_bits_on_all_threads([&] { return of.fused(of.x); });
  const Tensor all = of.fused(of.x);
  for (const int64_t n : {0, 8})
    CHECK(same_bits(of.fused(slice(of.x, 0, n, n + 1)), slice(all, 0, n, n + 1).clone()));
}

TEST_CASE("inverted_residual_fused: operands may be views") {
  const Operands<float> of(blocks()[1]);
  const Tensor turned = permute(permute(of.x, {0, 3, 1, 2}).clone(), {0, 2, 3, 1});
  CHECK(same_bits(of.fused(turned), of.apart()));
}

TEST_CASE("inverted_residual_fused: errors name the step and the operands") {
  const auto text = [](const auto& change) {
    Operands<float> of(blocks()[0]);
    change(of);
    return error_text([&] { of.fused(of.x); });
  };
  using Case = Operands<float>;
  CHECK(text([](Case& of) {
          of.x = Tensor::zeros({2, 9, 8, 5}, DType::I64);
        }) == "inverted_residual_fused: needs two f32 or two f64 operands, not i64 and f32");
  CHECK(text([](Case& of) {
          of.expand.weight = Tensor::zeros({17, 3, 3, 5});
        }) == "inverted_residual_fused: expand needs a window of one pixel: weight [17, 3, 3, 5]");
  CHECK(text([](Case& of) {
          of.project.weight = Tensor::zeros({5, 17});
        }) == "inverted_residual_fused: project needs a window of one pixel: weight [5, 17]");
  CHECK(text([](Case& of) {
          of.expand.weight = Tensor::zeros({16, 1, 1, 5});
        }) == "inverted_residual_fused: bias does not fit: bias f32 [17] weight f32 [16, 1, 1, 5]");
  CHECK(text([](Case& of) {
          of.depthwise = {Tensor::zeros({34, 3, 3, 1}), Tensor()};
        }) ==
        "inverted_residual_fused: needs one depthwise filter for each channel: weight "
        "[34, 3, 3, 1] groups 17");
  CHECK(text([](Case& of) {
          of.project.weight = Tensor::zeros({5, 1, 1, 17}, DType::F64);
        }) == "inverted_residual_fused: needs two f32 or two f64 operands, not f32 and f64");
  CHECK(text([](Case& of) {
          of.residual = Tensor::zeros({2, 9, 8, 4});
        }) ==
        "inverted_residual_fused: residual does not fit the result: residual [2, 9, 8, 4] result "
        "[2, 9, 8, 5]");
  CHECK(text([](Case& of) { of.x.set_requires_grad(true); }) ==
        "inverted_residual_fused: records no graph, but an operand wants a gradient");
}

}  // namespace graft::testing
