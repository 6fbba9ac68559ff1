// Sums of products: matmul, linear, convolution and its gradients.
#include "op_reference/reference.h"

namespace graft::testing {
namespace {

Array matmul_loop(const Arrays& x, const OpParams& params) {
  const Array &a = x[0], &b = x[1];
  const auto& p = std::get<MatmulParams>(params);
  const bool batched = a.shape.rank() == 3;
  const int64_t batches = batched ? a.dim(0) : 1;
  const int64_t m = a.dim(p.transpose_a ? -1 : -2), inner = a.dim(p.transpose_a ? -2 : -1);
  const int64_t n = b.dim(p.transpose_b ? -2 : -1);
  Array y(batched ? Shape{batches, m, n} : Shape{m, n});
  for (int64_t batch = 0; batch < batches; ++batch)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j)
        for (int64_t k = 0; k < inner; ++k) {
          const int64_t from_a = p.transpose_a ? k * m + i : i * inner + k;
          const int64_t from_b = p.transpose_b ? j * inner + k : k * n + j;
          y.values[static_cast<size_t>((batch * m + i) * n + j)] +=
              a.values[static_cast<size_t>(batch * m * inner + from_a)] *
              b.values[static_cast<size_t>(batch * inner * n + from_b)];
        }
  return y;
}

int64_t matmul_terms(const std::vector<Shape>& x, const Shape&, const OpParams& params) {
  return x[0].at(std::get<MatmulParams>(params).transpose_a ? -2 : -1);
}

Array linear_loop(const Arrays& x, const OpParams& params) {
  const Array &in = x[0], &weight = x[1];
  const int64_t inner = weight.dim(1), n = weight.dim(0);
  Shape shape = in.shape;
  shape[shape.rank() - 1] = n;
  Array y(shape);
  for (int64_t row = 0; n > 0 && row < shape.numel() / n; ++row)
    for (int64_t j = 0; j < n; ++j) {
      double sum = x.size() > 2 && x[2].present ? x[2](j) : 0.0;
      for (int64_t k = 0; k < inner; ++k)
        sum += in.values[static_cast<size_t>(row * inner + k)] * weight(j, k);
      y.values[static_cast<size_t>(row * n + j)] =
          activate(std::get<LinearParams>(params).activation, sum);
    }
  return y;
}

int64_t linear_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[1][1] + 1;
}

// Calls f(n, oh, ow, co, h, w, ci, kh, kw, c) for every product x[n,h,w,c] w[co,kh,kw,ci] that
// belongs to y[n,oh,ow,co]; ci counts within the group, c in the whole image.
template <class Function>
void for_each_product(const Shape& x, const Shape& w, const Shape& y, const Conv2dParams& p,
                      const Function& f) {
  const int64_t group_in = w[3], group_out = w[0] / p.groups;
  for_each_index(y, [&](const Shape& at) {
    const int64_t group = at[3] / group_out;
    for (int64_t kh = 0; kh < w[1]; ++kh)
      for (int64_t kw = 0; kw < w[2]; ++kw) {
        const int64_t h = at[1] * p.stride_h - p.padding.top + kh * p.dilation_h;
        const int64_t v = at[2] * p.stride_w - p.padding.left + kw * p.dilation_w;
        if (h < 0 || h >= x[1] || v < 0 || v >= x[2]) continue;
        for (int64_t ci = 0; ci < group_in; ++ci) f(at, h, v, group * group_in + ci, kh, kw, ci);
      }
  });
}

Shape conv_shape(const Shape& x, const Shape& w, const Conv2dParams& p) {
  const auto extent = [](int64_t size, int64_t padding, int64_t dilation, int64_t kernel,
                         int64_t stride) {
    return (size + padding - dilation * (kernel - 1) - 1) / stride + 1;
  };
  return {x[0], extent(x[1], p.padding.top + p.padding.bottom, p.dilation_h, w[1], p.stride_h),
          extent(x[2], p.padding.left + p.padding.right, p.dilation_w, w[2], p.stride_w), w[0]};
}

Array conv2d_loop(const Arrays& x, const OpParams& params) {
  const auto& [p, activation] = std::get<ConvParams>(params);
  const Array &in = x[0], &weight = x[1];
  Array y(conv_shape(in.shape, weight.shape, p));
  if (x.size() > 2 && x[2].present)
    for (size_t i = 0; i < y.size(); ++i) y.values[i] = x[2].values[i % x[2].size()];
  for_each_product(
      in.shape, weight.shape, y.shape, p,
      [&](const Shape& o, int64_t h, int64_t v, int64_t c, int64_t kh, int64_t kw, int64_t ci) {
        y(o[0], o[1], o[2], o[3]) += in(o[0], h, v, c) * weight(o[3], kh, kw, ci);
      });
  for (double& value : y.values) value = activate(activation, value);
  return y;
}

int64_t conv2d_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[1][1] * x[1][2] * x[1][3] + 1;
}

Array conv2d_input_grad_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<ConvGradParams>(params);
  const Array &dy = x[0], &weight = x[1];
  Array dx(p.shape);
  for_each_product(
      dx.shape, weight.shape, dy.shape, p.conv,
      [&](const Shape& o, int64_t h, int64_t v, int64_t c, int64_t kh, int64_t kw, int64_t ci) {
        dx(o[0], h, v, c) += dy(o[0], o[1], o[2], o[3]) * weight(o[3], kh, kw, ci);
      });
  return dx;
}

int64_t input_grad_terms(const std::vector<Shape>& x, const Shape&, const OpParams& params) {
  const Shape& w = x[1];
  return w[0] / std::get<ConvGradParams>(params).conv.groups * w[1] * w[2];
}

Array conv2d_filter_grad_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<ConvGradParams>(params);
  const Array &in = x[0], &dy = x[1];
  Array dw(p.shape);
  for_each_product(
      in.shape, dw.shape, dy.shape, p.conv,
      [&](const Shape& o, int64_t h, int64_t v, int64_t c, int64_t kh, int64_t kw, int64_t ci) {
        dw(o[3], kh, kw, ci) += dy(o[0], o[1], o[2], o[3]) * in(o[0], h, v, c);
      });
  return dw;
}

int64_t filter_grad_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[1][0] * x[1][1] * x[1][2];
}

}  // namespace

std::vector<Reference> product_references() {
  return {
      {"matmul", matmul_loop, matmul_terms, Rounding::OfTerms},
      {"linear", linear_loop, linear_terms, Rounding::OfTerms},
      {"conv2d", conv2d_loop, conv2d_terms, Rounding::OfTerms},
      {"conv2d_input_grad", conv2d_input_grad_loop, input_grad_terms, Rounding::OfTerms},
      {"conv2d_filter_grad", conv2d_filter_grad_loop, filter_grad_terms, Rounding::OfTerms},
  };
}

}  // namespace graft::testing
