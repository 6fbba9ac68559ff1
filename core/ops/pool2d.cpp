#include "graft/core/ops/pool2d.h"

#include <limits>

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/extents.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/size2d.h"

namespace graft {
namespace {

void check_images(const char* op, const Tensor& x) {
  check(x.rank() == 4, ErrorKind::Shape, op, ": needs images [N,H,W,C], not ", x.shape());
  check_floating(op, x);
}

// [N,OH,OW,C] for images of shape `input`.
Shape pooled_shape(const char* op, const Shape& input, const Pool2dParams& p) {
  const Size2d kernel{p.kernel_h, p.kernel_w};
  check(p.kernel_h > 0 && p.kernel_w > 0 && p.stride_h > 0 && p.stride_w > 0, ErrorKind::Argument,
        op, ": kernel and stride must be positive: kernel ", kernel, " stride ",
        Size2d{p.stride_h, p.stride_w});
  const Padding2d& pad = p.padding;
  const auto fits = [](int64_t amount, int64_t extent) {
    return amount >= 0 && amount <= extent / 2;
  };
  check(fits(pad.top, p.kernel_h) && fits(pad.bottom, p.kernel_h) && fits(pad.left, p.kernel_w) &&
            fits(pad.right, p.kernel_w),
        ErrorKind::Argument, op, ": padding must be 0 to half of the kernel: kernel ", kernel,
        " padding ", pad.top, ' ', pad.bottom, ' ', pad.left, ' ', pad.right);
  multiply_extents(op, p.kernel_h, p.kernel_w);  // an average divides by it
  const int64_t rows =
      pooled_extent(input[1], p.kernel_h, p.stride_h, pad.top, pad.bottom, p.ceil_mode);
  const int64_t columns =
      pooled_extent(input[2], p.kernel_w, p.stride_w, pad.left, pad.right, p.ceil_mode);
  check(rows > 0 && columns > 0, ErrorKind::Shape, op, ": kernel ", kernel,
        " does not fit into images ", input);
  return {input[0], rows, columns, input[3]};
}

void check_window_index(const char* op, const Tensor& index, const Shape& windows,
                        const Shape& images) {
  check(index.dtype() == DType::I32 && index.shape() == windows, ErrorKind::Shape, op,
        ": needs an i32 index ", windows, ", not ", index.dtype(), ' ', index.shape());
  check(images.rank() == 4 && images[0] == windows[0] && images[3] == windows[3], ErrorKind::Shape,
        op, ": windows ", windows, " do not belong to images ", images);
}

// The node of max_pool2d and of max_pool2d_gather: both read x at the index.
struct GatherNode final : Node {
  GatherNode(const char* op, const Shape& images, std::optional<Pool2dParams> of = {})
      : op_name(op), input(images), windows(of) {}
  const char* const op_name;
  const Shape input;
  const std::optional<Pool2dParams> windows;
  Saved index;
  const char* name() const override { return op_name; }
  void release() override { index = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {max_pool2d_scatter(grad[0], index.get(*this), input, windows)};
  }
};

struct ScatterNode final : Node {
  Saved index;
  const char* name() const override { return "max_pool2d_scatter"; }
  void release() override { index = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {max_pool2d_gather(grad[0], index.get(*this))};
  }
};

struct AvgPoolNode final : Node {
  AvgPoolNode(const Shape& of, const Pool2dParams& p) : input(of), params(p) {}
  const Shape input;
  const Pool2dParams params;
  const char* name() const override { return "avg_pool2d"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {avg_pool2d_grad(grad[0], input, params)};
  }
};

struct AvgPoolGradNode final : Node {
  explicit AvgPoolGradNode(const Pool2dParams& p) : params(p) {}
  const Pool2dParams params;
  const char* name() const override { return "avg_pool2d_grad"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {avg_pool2d(grad[0], params)};
  }
};

}  // namespace

int64_t pooled_extent(int64_t size, int64_t kernel, int64_t stride, int64_t before, int64_t after,
                      bool ceil_mode) {
  const int64_t span = size - (kernel - before - after);
  if (span < 0) return 0;
  const int64_t rest = span % stride;
  // A last window that is cut off counts if it begins before the padding behind the image.
  const bool cut = ceil_mode && rest > 0 && stride - rest < kernel - after;
  return span / stride + 1 + (cut ? 1 : 0);
}

Tensor max_pool2d(const Tensor& x, const Pool2dParams& params) {
  const OpScope scope("max_pool2d");
  check_images("max_pool2d", x);
  check(x.dim(1) * x.dim(2) <= std::numeric_limits<int32_t>::max(), ErrorKind::Limit,
        "max_pool2d: more pixels than an i32 index counts: ", x.shape());
  Tensor y = Tensor::empty(pooled_shape("max_pool2d", x.shape(), params), x.dtype(), x.device());
  const Mask need = needs_grad({&x});
  const Tensor index = need ? Tensor::empty(y.shape(), DType::I32, x.device()) : Tensor();
  run(slots().max_pool2d, x, y, index, params);
  if (need) {
    auto node = std::make_shared<GatherNode>("max_pool2d", x.shape(), params);
    node->index = Saved::constant(index);
    attach(y, node, {&x});
  }
  return y;
}

Tensor max_pool2d_gather(const Tensor& x, const Tensor& index) {
  const OpScope scope("max_pool2d_gather");
  check_images("max_pool2d_gather", x);
  check_window_index("max_pool2d_gather", index, index.shape(), x.shape());
  Tensor y = Tensor::empty(index.shape(), x.dtype(), x.device());
  run(slots().max_pool2d_gather, x, index, y);
  if (needs_grad({&x})) {
    auto node = std::make_shared<GatherNode>("max_pool2d_gather", x.shape());
    node->index = Saved::constant(index);
    attach(y, node, {&x});
  }
  return y;
}

Tensor max_pool2d_scatter(const Tensor& g, const Tensor& index, const Shape& input,
                          const std::optional<Pool2dParams>& windows) {
  const OpScope scope("max_pool2d_scatter");
  check_images("max_pool2d_scatter", g);
  check_window_index("max_pool2d_scatter", index, g.shape(), input);
  if (windows) {
    const Shape pooled = pooled_shape("max_pool2d_scatter", input, *windows);
    check(g.shape() == pooled, ErrorKind::Shape, "max_pool2d_scatter: images ", input,
          " have windows ", pooled, ", not ", g.shape());
  }
  Tensor dx = Tensor::empty(input, g.dtype(), g.device());
  run(slots().max_pool2d_scatter, g, index, dx, windows ? &*windows : nullptr);
  if (needs_grad({&g})) {
    auto node = std::make_shared<ScatterNode>();
    node->index = Saved::constant(index);
    attach(dx, node, {&g});
  }
  return dx;
}

Tensor avg_pool2d(const Tensor& x, const Pool2dParams& params) {
  const OpScope scope("avg_pool2d");
  check_images("avg_pool2d", x);
  Tensor y = Tensor::empty(pooled_shape("avg_pool2d", x.shape(), params), x.dtype(), x.device());
  run(slots().avg_pool2d, x, y, params);
  if (needs_grad({&x})) attach(y, std::make_shared<AvgPoolNode>(x.shape(), params), {&x});
  return y;
}

Tensor avg_pool2d_grad(const Tensor& g, const Shape& input, const Pool2dParams& params) {
  const OpScope scope("avg_pool2d_grad");
  check_images("avg_pool2d_grad", g);
  check(input.rank() == 4 && g.shape() == pooled_shape("avg_pool2d_grad", input, params),
        ErrorKind::Shape, "avg_pool2d_grad: gradient ", g.shape(), " for images ", input);
  Tensor dx = Tensor::empty(input, g.dtype(), g.device());
  run(slots().avg_pool2d_grad, g, dx, params);
  if (needs_grad({&g})) attach(dx, std::make_shared<AvgPoolGradNode>(params), {&g});
  return dx;
}

Tensor global_avg_pool2d(const Tensor& x) {
  const OpScope scope("global_avg_pool2d");
  check_images("global_avg_pool2d", x);
  Pool2dParams whole;
  whole.kernel_h = whole.stride_h = x.dim(1);
  whole.kernel_w = whole.stride_w = x.dim(2);
  check(x.dim(1) > 0 && x.dim(2) > 0, ErrorKind::Shape,
        "global_avg_pool2d: no pixels: ", x.shape());
  return reshape(avg_pool2d(x, whole), {x.dim(0), x.dim(3)});
}

}  // namespace graft
