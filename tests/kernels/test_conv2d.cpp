#include <doctest/doctest.h>

#include "graft/core/ops.h"
#include "kernels/simd_levels.h"
#include "op_reference/winograd.h"
#include "support/error_text.h"
#include "support/thread_invariance.h"

namespace graft::testing {
namespace {

struct Geometry {
  Shape x, w;
  Conv2dParams params;
};

Conv2dParams conv(int64_t stride = 1, int64_t padding = 0, int64_t dilation = 1,
                  int64_t groups = 1) {
  return {stride, stride, dilation, dilation, groups, symmetric_padding(padding)};
}

// Calls f(y index, x index, w index) for every product of the convolution.
template <class Function>
void for_each_product(const Geometry& g, const Shape& y, const Function& f) {
  const Conv2dParams& p = g.params;
  const int64_t group_out = g.w[0] / p.groups;
  for (int64_t n = 0; n < y[0]; ++n)
    for (int64_t oh = 0; oh < y[1]; ++oh)
      for (int64_t ow = 0; ow < y[2]; ++ow)
        for (int64_t co = 0; co < y[3]; ++co)
          for (int64_t kh = 0; kh < g.w[1]; ++kh)
            for (int64_t kw = 0; kw < g.w[2]; ++kw) {
              const int64_t h = oh * p.stride_h + kh * p.dilation_h - p.padding.top;
              const int64_t w = ow * p.stride_w + kw * p.dilation_w - p.padding.left;
              if (h < 0 || h >= g.x[1] || w < 0 || w >= g.x[2]) continue;
              for (int64_t c = 0; c < g.w[3]; ++c)
                f(((n * y[1] + oh) * y[2] + ow) * y[3] + co,
                  ((n * g.x[1] + h) * g.x[2] + w) * g.x[3] + co / group_out * g.w[3] + c,
                  ((co * g.w[1] + kh) * g.w[2] + kw) * g.w[3] + c);
            }
}

// Sums of `terms` products: each within its own rounding or, by Winograd's algorithm, within that
// algorithm's bound; `magnitudes`: the sums of the products' magnitudes.
template <class T>
void check_sums(ConvPass pass, const Geometry& g, const Tensor& found,
                const std::vector<double>& expected, const std::vector<double>& magnitudes,
                int64_t terms) {
  if (!std::is_same_v<T, float> || !takes_winograd(pass, g.x, g.w, g.params))
    return check_close<T>(found, expected, terms);
  const double largest = *std::max_element(magnitudes.begin(), magnitudes.end());
  check_within<T>(found, expected, winograd_tolerance(static_cast<double>(terms), largest));
}

template <class T>
void check_geometry(const Geometry& g) {
  CAPTURE(g.x);
  CAPTURE(g.w);
  CAPTURE(g.params.stride_h);
  CAPTURE(g.params.groups);
  const Tensor x = numbers<T>("x", g.x), w = numbers<T>("w", g.w), b = numbers<T>("b", {g.w[0]});
  const Tensor y = conv2d(x, w, b, g.params), dy = numbers<T>("dy", y.shape());
  const auto xs = x.values<T>(), ws = w.values<T>(), bs = b.values<T>(), gs = dy.values<T>();
  std::vector<double> forward(static_cast<size_t>(y.numel()));
  std::vector<double> dx(xs.size()), dw(ws.size());
  std::vector<double> sums(forward.size()), dx_sums(xs.size()), dw_sums(ws.size());  // magnitudes
  for (size_t i = 0; i < forward.size(); ++i)
    forward[i] = static_cast<double>(bs[i % static_cast<size_t>(g.w[0])]);
  for_each_product(g, y.shape(), [&](int64_t iy, int64_t ix, int64_t iw) {
    const auto a = static_cast<size_t>(iy), s = static_cast<size_t>(ix),
               t = static_cast<size_t>(iw);
    const auto add = [](double product, double& sum, double& magnitudes) {
      sum += product, magnitudes += std::abs(product);
    };
    add(static_cast<double>(xs[s]) * static_cast<double>(ws[t]), forward[a], sums[a]);
    add(static_cast<double>(gs[a]) * static_cast<double>(ws[t]), dx[s], dx_sums[s]);
    add(static_cast<double>(gs[a]) * static_cast<double>(xs[s]), dw[t], dw_sums[t]);
  });
  const int64_t window = g.w[1] * g.w[2] * g.w[3];
  check_sums<T>(ConvPass::Forward, g, y, forward, sums, window + 1);
  check_sums<T>(ConvPass::InputGrad, g, conv2d_input_grad(dy, w, g.x, g.params), dx, dx_sums,
                g.w[1] * g.w[2] * g.w[0]);
  check_sums<T>(ConvPass::FilterGrad, g, conv2d_filter_grad(x, dy, g.w, g.params), dw, dw_sums,
                y.numel() / g.w[0]);
}

const std::vector<Geometry>& geometries() {
  static const std::vector<Geometry> all = [] {
    std::vector<Geometry> list;
    for (const int64_t c : {1, 3, 5, 16, 17, 33})
      for (const int64_t out : {1, 5, 16, 17, 33}) {
        list.push_back({{2, 7, 9, c}, {out, 3, 3, c}, conv(1, 1)});
        list.push_back({{2, 7, 6, c}, {out, 1, 1, c}, conv()});
      }
    for (const int64_t c : {1, 5, 16, 17, 33, 70}) {  // depthwise
      list.push_back({{2, 9, 8, c}, {c, 3, 3, 1}, conv(1, 1, 1, c)});
      list.push_back({{1, 9, 8, c}, {c, 3, 3, 1}, conv(2, 1, 1, c)});
      list.push_back({{1, 9, 12, c}, {c, 5, 3, 1}, conv(1, 4, 2, c)});
    }
    list.push_back({{1, 19, 17, 3}, {10, 7, 7, 3}, conv(2, 3)});  // as a ResNet begins
    for (const int64_t out : {1, 2, 6, 8}) {                      // several pixels a vector
      list.push_back({{2, 11, 28, 1}, {out, 5, 5, 1}, conv(1, 2)});
      list.push_back({{1, 9, 13, 1}, {out, 2, 7, 1}, conv(1, 3)});
    }
    list.push_back({{2, 14, 14, 6}, {16, 5, 5, 6}, conv()});  // gradient towards few columns
    list.push_back({{2, 8, 10, 20}, {24, 3, 3, 5}, conv(1, 1, 1, 4)});
    list.push_back({{1, 8, 8, 6}, {12, 3, 3, 1}, conv(2, 1, 1, 6)});  // channel multiplier
    list.push_back({{1, 11, 12, 7}, {9, 3, 3, 7}, conv(1, 2, 2)});
    list.push_back({{1, 13, 12, 4}, {6, 2, 3, 4}, conv(3, 0)});  // pixels that no window sees
    list.push_back({{1, 13, 12, 4}, {6, 1, 1, 4}, conv(2, 0)});
    list.push_back({{1, 6, 7, 3}, {4, 3, 2, 3}, {2, 1, 1, 2, 1, {0, 1, 2, 1}}});
    list.push_back({{1, 5, 5, 2}, {3, 3, 3, 2}, {1, 1, 1, 1, 1, {4, 5, 6, 3}}});  // wide padding
    list.push_back({{2, 9, 7, 20}, {24, 3, 3, 20}, {1, 1, 1, 1, 1, {0, 1, 2, 0}}});
    list.push_back({{1, 9, 10, 20}, {24, 5, 5, 20}, conv(2, 2)});  // gradient phases of 3x3
    list.push_back({{5, 2, 2, 40}, {35, 3, 3, 40}, conv(1, 1)});   // several images a piece
    for (const int64_t width : {2, 3, 7})  // two rows a tile, of one image or of two
      list.push_back({{3, 5, width, 20}, {24, 5, 5, 20}, conv(1, 2)});
    list.push_back({{1, 3, 500, 4}, {5, 3, 3, 4}, conv(1, 1)});   // several pieces a row
    list.push_back({{1, 6, 5, 1024}, {18, 1, 1, 1024}, conv()});  // rows a page apart
    list.push_back({{1, 6, 5, 512}, {18, 1, 1, 512}, conv(2)});
    list.push_back({{1, 4, 5, 450}, {16, 3, 3, 450}, conv(1, 1)});  // runs cut in stretches
    list.push_back({{2, 13, 20, 24}, {48, 1, 1, 24}, conv()});      // pixels in several pieces
    list.push_back({{1, 9, 7, 48}, {64, 1, 1, 24}, conv(1, 0, 1, 2)});
    list.push_back({{1, 3, 5, 320}, {290, 1, 1, 320}, conv()});  // dw in several parts
    return list;
  }();
  return all;
}

// A layer with several pieces of work in every direction.
const Geometry kLayer{{3, 28, 28, 40}, {70, 3, 3, 40}, conv(1, 1)};
// Rows of images share tiles.
const Geometry kSmallImages{{3, 7, 7, 20}, {24, 5, 5, 20}, conv(1, 2)};

}  // namespace

TEST_CASE("conv2d: forward and both gradients against loops, every instruction set") {
  at_every_simd_level([] {
    for (const Geometry& g : geometries()) check_geometry<float>(g);
  });
}

TEST_CASE("conv2d: the same in f64") {
  at_every_simd_level([] {
    for (size_t i = 0; i < geometries().size(); i += 2) check_geometry<double>(geometries()[i]);
  });
}

TEST_CASE("conv2d: moments of the result, in every form of convolution") {
  const auto check_moments = []<class T>(const Geometry& g, T) {
    CAPTURE(g.x);
    CAPTURE(g.w);
    const Tensor x = numbers<T>("x", g.x), w = numbers<T>("w", g.w), b = numbers<T>("b", {g.w[0]});
    ChannelMoments found;
    const Tensor y = conv2d(x, w, b, g.params, Activation::None, &found);
    CHECK(same_bits(y, conv2d(x, w, b, g.params)));
    const auto values = y.values<T>();
    const auto channels = static_cast<size_t>(y.dim(3));
    const auto pixels = static_cast<double>(values.size() / channels);
    std::vector<double> mean(channels), variance(channels);
    double largest = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      mean[i % channels] += static_cast<double>(values[i]) / pixels;
      largest = std::max(largest, std::abs(static_cast<double>(values[i])));
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const double difference = static_cast<double>(values[i]) - mean[i % channels];
      variance[i % channels] += difference * difference / pixels;
    }
    constexpr auto kUnit = static_cast<double>(std::numeric_limits<T>::epsilon());
    check_within<T>(found.mean, mean, 4 * kUnit * largest);
    check_within<T>(found.variance, variance, 8 * kUnit * largest * largest);
  };
  at_every_simd_level([&] {
    for (const Geometry& g : geometries()) check_moments(g, 0.0f);
    check_moments(kLayer, 0.0f);
    for (size_t i = 0; i < geometries().size(); i += 3) check_moments(geometries()[i], 0.0);
  });
}

TEST_CASE("conv2d: moments hold 1e-6 where the mean dwarfs the spread") {
  for (const Shape& filter : {Shape{40, 3, 3, 40}, Shape{40, 1, 1, 40}, Shape{40, 3, 3, 1}}) {
    const Tensor x = numbers<float>("x", {4, 30, 30, 40}), w = numbers<float>("w", filter);
    const Tensor far = Tensor::full({40}, 50);
    ChannelMoments found;
    const Tensor y =
        conv2d(x, w, far, conv(1, 0, 1, filter[3] == 1 ? 40 : 1), Activation::None, &found);
    const auto pixels = static_cast<double>(y.numel() / 40);
    const Tensor exact = cast(y, DType::F64);
    const Tensor centred = sub(exact, mul(sum_to(exact, {40}), 1 / pixels));
    const Tensor variance = mul(sum_to(square(centred), {40}), 1 / pixels);
    const Tensor error = div(sub(cast(found.variance, DType::F64), variance), variance);
    CHECK(max(abs(error)).item() < 1e-6);
  }
}

TEST_CASE("conv2d: an empty batch") {
  const Tensor x = Tensor::zeros({0, 5, 5, 3}), w = numbers<float>("w", {4, 3, 3, 3});
  const Tensor y = conv2d(x, w, {}, conv(1, 1));
  CHECK(y.shape() == Shape{0, 5, 5, 4});
  CHECK(conv2d_input_grad(y, w, x.shape(), conv(1, 1)).shape() == x.shape());
  const Tensor dw = conv2d_filter_grad(x, y, w.shape(), conv(1, 1));
  for (const float v : dw.values<float>()) CHECK(v == 0.0f);
}

TEST_CASE("conv2d: the same bits on 1, 2 and 3 threads") {
  const Geometry depthwise{{2, 28, 28, 40}, {40, 3, 3, 1}, conv(1, 1, 1, 40)};
  const Geometry pixel{{2, 28, 28, 320}, {70, 1, 1, 320}, conv()};
  for (const Geometry& g : {kLayer, kSmallImages, depthwise, pixel}) {
    const Tensor x = numbers<float>("x", g.x), w = numbers<float>("w", g.w);
    const Tensor y = conv2d(x, w, {}, g.params);
    same_bits_on_all_threads([&] { return conv2d(x, w, {}, g.params); });
    same_bits_on_all_threads([&] {
      ChannelMoments moments;
      conv2d(x, w, {}, g.params, Activation::None, &moments);
      return cat({moments.mean, moments.variance}, 0);
    });
    same_bits_on_all_threads([&] { return conv2d_input_grad(y, w, g.x, g.params); });
    same_bits_on_all_threads([&] { return conv2d_filter_grad(x, y, g.w, g.params); });
  }
}

TEST_CASE("conv2d: an image's result does not depend on its batch") {
  for (const Geometry& g : {kLayer, kSmallImages}) {
    const Tensor x = numbers<float>("x", g.x), w = numbers<float>("w", g.w);
    const Tensor all = conv2d(x, w, {}, g.params);
    for (int64_t n = 0; n < 3; ++n) {
      const Tensor one = conv2d(slice(x, 0, n, n + 1), w, {}, g.params);
      const Tensor same = slice(all, 0, n, n + 1).clone();
      CHECK(same_bits(one, same));
    }
  }
}

TEST_CASE("conv2d: operands may be views") {
  at_every_simd_level([] {
    const Tensor x = permute(numbers<float>("x", {2, 17, 6, 7}), {0, 2, 3, 1});
    const Tensor w = permute(numbers<float>("w", {3, 3, 17, 9}), {3, 0, 1, 2});
    const Tensor y = conv2d(x, w, {}, conv(1, 1)),
                 dense = conv2d(x.clone(), w.clone(), {}, conv(1, 1));
    CHECK(same_bits(y, dense));
  });
}

TEST_CASE("conv2d_fused: bias, residual and activation in one pass; NaN stays NaN") {
  const Tensor bias = numbers<float>("b", {21});
  at_every_simd_level([&] {
    const std::pair<int64_t, int64_t> kImagesAndGroups[] = {{2, 1}, {6, 1}, {2, 21}};
    for (const auto& [images, groups] : kImagesAndGroups) {
      const Tensor x = mul(numbers<float>("x", {images, 6, 5, 21}), 9.0);
      const Tensor w = numbers<float>("w", {21, 3, 3, 21 / groups});
      const Conv2dParams p = conv(1, 1, 1, groups);
      const Tensor plain = conv2d(x, w, bias, p), residual = numbers<float>("r", plain.shape());
      const Tensor sum = add(plain, residual);
      for (const Activation kind : {Activation::None, Activation::Relu, Activation::Relu6}) {
        const Tensor fused = conv2d_fused(x, w, bias, p, residual, kind);
        const Tensor expected = kind == Activation::None   ? sum
                                : kind == Activation::Relu ? relu(sum)
                                                           : relu6(sum);
        CHECK(same_bits(fused, expected));
      }
    }
    const Tensor nan = Tensor::full({1, 3, 3, 2}, std::nan(""));
    const Tensor y =
        conv2d_fused(nan, numbers<float>("w", {5, 3, 3, 2}), {}, conv(), {}, Activation::Relu6);
    for (const float v : y.values<float>()) CHECK(std::isnan(v));
  });
}

TEST_CASE("conv2d: same_padding puts the odd zero after") {
  CHECK(same_padding(224, 224, 3, 3, conv(2)) == Padding2d{0, 1, 0, 1});
  CHECK(same_padding(7, 8, 3, 5, conv(1)) == Padding2d{1, 1, 2, 2});
  CHECK(same_padding(9, 9, 1, 1, conv(2)) == Padding2d{0, 0, 0, 0});
  CHECK(same_padding(10, 10, 3, 3, conv(1, 0, 2)) == Padding2d{2, 2, 2, 2});
}

TEST_CASE("conv2d: errors name the operands") {
  const Tensor x = Tensor::zeros({1, 5, 6, 4}), w = Tensor::zeros({8, 3, 3, 4});
  const auto text = [&](const Tensor& image, const Tensor& filter, const Conv2dParams& p,
                        const Tensor& bias = {}) {
    return error_text([&] { conv2d(image, filter, bias, p); });
  };
  CHECK(text(Tensor::zeros({5, 6, 4}), w, conv()) ==
        "conv2d: needs an image [N,H,W,C] and filters [Cout,KH,KW,C/groups]: x [5, 6, 4] weight "
        "[8, 3, 3, 4]");
  CHECK(text(x, w, conv(1, 0, 1, 2)) ==
        "conv2d: channels do not fit: x [1, 5, 6, 4] weight [8, 3, 3, 4] groups 2");
  CHECK(text(x, w, conv(1, 0, 3)) ==
        "conv2d: window 7x7 is larger than the padded image 5x6: x [1, 5, 6, 4] weight "
        "[8, 3, 3, 4]");
  CHECK(text(x, w, conv(0)) ==
        "conv2d: strides, dilations and groups must be positive: stride 0x0 dilation 1x1 "
        "groups 1");
  CHECK(text(x, w, conv(1, -1)) ==
        "conv2d: padding must not be negative: top -1 bottom -1 left -1 right -1");
  CHECK(text(x, w, conv(), Tensor::zeros({4})) ==
        "conv2d: bias does not fit: bias f32 [4] weight f32 [8, 3, 3, 4]");
  CHECK(text(x, Tensor::zeros({8, 3, 3, 4}, DType::F64), conv()) ==
        "conv2d: needs two f32 or two f64 operands, not f32 and f64");
  CHECK(error_text([&] {
          conv2d_input_grad(Tensor::zeros({1, 3, 3, 8}), w, x.shape(), conv());
        }) == "conv2d_input_grad: gradient [1, 3, 3, 8] for a result of shape [1, 3, 4, 8]");
  CHECK(error_text([&] {
          conv2d_fused(x, w, {}, conv(), Tensor::zeros({1, 1, 4, 8}), Activation::None);
        }) ==
        "conv2d_fused: residual does not fit the result: residual [1, 1, 4, 8] result "
        "[1, 3, 4, 8]");
  Tensor wanted = Tensor::zeros({8, 3, 3, 4});
  wanted.set_requires_grad(true);
  CHECK(error_text([&] { conv2d_fused(x, wanted, {}, conv(), {}, Activation::Relu); }) ==
        "conv2d_fused: records no graph, but an operand wants a gradient");
}

}  // namespace graft::testing
