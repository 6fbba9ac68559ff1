#include "graft/kernels/cuda/conv/implicit_product.h"

#include "graft/kernels/cuda/products/epilogue.h"
#include "graft/kernels/cuda/products/tiled_product.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

// Extents of one group; a pixel is one of the n * height * width of an image batch.
struct Geometry {
  int64_t h, w, c, kernels, kernel_h, kernel_w, out_h, out_w;
  int64_t group_c, group_kernels;
  int64_t stride_h, stride_w, dilation_h, dilation_w, top, left;

  explicit Geometry(const ConvolutionCase& of)
      : h(of.h),
        w(of.w),
        c(of.c),
        kernels(of.kernels),
        kernel_h(of.kernel_h),
        kernel_w(of.kernel_w),
        out_h(of.out_h),
        out_w(of.out_w),
        group_c(of.c / of.groups),
        group_kernels(of.kernels / of.groups),
        stride_h(of.stride_h),
        stride_w(of.stride_w),
        dilation_h(of.dilation_h),
        dilation_w(of.dilation_w),
        top(of.top),
        left(of.left) {}
};

struct Tap {
  int64_t row, column, channel;
};
// Position `k` of [KH, KW, channels].
__device__ Tap tap_at(const Geometry& g, int64_t k, int64_t channels) {
  const int64_t window = k / channels;
  return {window / g.kernel_w, window % g.kernel_w, k % channels};
}

// x[N,H,W,C] where the window of an output pixel meets a tap; zero in the padding.
template <class T>
struct InputAtTap {
  const T* x;
  Geometry g;
  __device__ auto operator()(int64_t group, int64_t pixel, int64_t k) const {
    const Tap tap = tap_at(g, k, g.group_c);
    const int64_t ow = pixel % g.out_w, rest = pixel / g.out_w;
    const int64_t oh = rest % g.out_h, n = rest / g.out_h;
    const int64_t h = oh * g.stride_h + tap.row * g.dilation_h - g.top;
    const int64_t w = ow * g.stride_w + tap.column * g.dilation_w - g.left;
    if (h < 0 || h >= g.h || w < 0 || w >= g.w) return Compute<T>(0);
    return widen(x[((n * g.h + h) * g.w + w) * g.c + group * g.group_c + tap.channel]);
  }
};

// w[K, KH * KW * C / groups], transposed.
template <class T>
struct ForwardFilter {
  const T* w;
  int64_t group_kernels, depth;
  __device__ auto operator()(int64_t group, int64_t k, int64_t kernel) const {
    return widen(w[(group * group_kernels + kernel) * depth + k]);
  }
};

// dy[N,OH,OW,K] at the output pixel that meets an input pixel through a tap, where there is one.
template <class T>
struct GradientAtTap {
  const T* dy;
  Geometry g;
  __device__ auto operator()(int64_t group, int64_t pixel, int64_t k) const {
    using Wide = Compute<T>;
    const Tap tap = tap_at(g, k, g.group_kernels);
    const int64_t iw = pixel % g.w, rest = pixel / g.w;
    const int64_t ih = rest % g.h, n = rest / g.h;
    const int64_t h = ih + g.top - tap.row * g.dilation_h;
    const int64_t w = iw + g.left - tap.column * g.dilation_w;
    if (h < 0 || w < 0 || h % g.stride_h != 0 || w % g.stride_w != 0) return Wide(0);
    const int64_t oh = h / g.stride_h, ow = w / g.stride_w;
    if (oh >= g.out_h || ow >= g.out_w) return Wide(0);
    return widen(dy[((n * g.out_h + oh) * g.out_w + ow) * g.kernels + group * g.group_kernels +
                    tap.channel]);
  }
};

// w[K,KH,KW,C/groups] by (tap and kernel, channel).
template <class T>
struct FilterByTap {
  const T* w;
  Geometry g;
  __device__ auto operator()(int64_t group, int64_t k, int64_t channel) const {
    const Tap tap = tap_at(g, k, g.group_kernels);
    const int64_t kernel = group * g.group_kernels + tap.channel;
    return widen(
        w[((kernel * g.kernel_h + tap.row) * g.kernel_w + tap.column) * g.group_c + channel]);
  }
};

// dy[pixels, K], transposed.
template <class T>
struct GradientByKernel {
  const T* dy;
  int64_t kernels, group_kernels;
  __device__ auto operator()(int64_t group, int64_t kernel, int64_t pixel) const {
    return widen(dy[pixel * kernels + group * group_kernels + kernel]);
  }
};

template <class T>
void forward(const KernelCtx& ctx, const ConvolutionCase& of, const T* x, const T* w, const T* bias,
             const T* residual, T* y) {
  using Sum = Compute<T>;
  const Geometry g(of);
  const int64_t depth = g.kernel_h * g.kernel_w * g.group_c;
  EpilogueStore<T> store{y, g.kernels, g.group_kernels, bias, residual, of.activation};
  store.bias_batch_stride = g.group_kernels;
  run_tiled_product<Sum>(ctx, InputAtTap<T>{x, g}, ForwardFilter<T>{w, g.group_kernels, depth},
                         store, {of.n * of.out_h * of.out_w, g.group_kernels, depth, of.groups});
}

template <class T>
void input_grad(const KernelCtx& ctx, const ConvolutionCase& of, T* dx, const T* w, const T* dy) {
  using Sum = Compute<T>;
  const Geometry g(of);
  run_tiled_product<Sum>(
      ctx, GradientAtTap<T>{dy, g}, FilterByTap<T>{w, g}, EpilogueStore<T>{dx, g.c, g.group_c},
      {of.n * of.h * of.w, g.group_c, g.kernel_h * g.kernel_w * g.group_kernels, of.groups});
}

template <class T>
void filter_grad(const KernelCtx& ctx, const ConvolutionCase& of, const T* x, T* dw, const T* dy) {
  using Sum = Compute<T>;
  const Geometry g(of);
  const int64_t columns = g.kernel_h * g.kernel_w * g.group_c;
  run_tiled_product<Sum>(ctx, GradientByKernel<T>{dy, g.kernels, g.group_kernels},
                         InputAtTap<T>{x, g},
                         EpilogueStore<T>{dw, columns, g.group_kernels * columns},
                         {g.group_kernels, columns, of.n * of.out_h * of.out_w, of.groups});
}

}  // namespace

void implicit_convolution(const KernelCtx& ctx, const ConvolutionCase& of, const void* x,
                          const void* w, const void* bias, const void* residual, const void* y) {
  with_floating("conv2d", of.dtype, [&]<class T>(T) {
    const auto in = [](const void* data) { return static_cast<const T*>(data); };
    const auto out = [](const void* data) { return static_cast<T*>(const_cast<void*>(data)); };
    switch (of.pass) {
      case ConvolutionPass::Forward:
        return forward(ctx, of, in(x), in(w), in(bias), in(residual), out(y));
      case ConvolutionPass::InputGrad:
        return input_grad(ctx, of, out(x), in(w), in(y));
      case ConvolutionPass::FilterGrad:
        return filter_grad(ctx, of, in(x), out(w), in(y));
    }
  });
}

}  // namespace graft::cuda
