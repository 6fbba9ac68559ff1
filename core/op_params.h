// Parameters that operations and their kernels share.
#pragma once

#include <cstdint>

#include "graft/core/preprocess.h"
#include "graft/core/size2d.h"

namespace graft {

/// Zeros added around an image before a window slides over it, in pixels.
struct Padding2d {
  int64_t top = 0, bottom = 0, left = 0, right = 0;
  friend bool operator==(const Padding2d&, const Padding2d&) = default;
};

constexpr Padding2d symmetric_padding(int64_t size) { return {size, size, size, size}; }

/// Applied to a result before it is stored: none, max(x, 0), or min(max(x, 0), 6).
enum class Activation : uint8_t { None, Relu, Relu6 };

/// What the factors of products are rounded to before they are multiplied; the sums are not.
enum class Precision : uint8_t { Full, BF16 };

/// What becomes of the elements along reduced axes.
enum class ReduceKind : uint8_t { Sum, Max };

/// What resize_windows makes of its windows.
struct ResizeWindowsParams {
  Size2d size;     ///< of the result
  Size2d largest;  ///< no window is higher or wider
  ResizeFilter filter = ResizeFilter::Bilinear;
};

struct CrossEntropyParams {
  double smoothing = 0;  ///< the target is (1 - smoothing) onehot + smoothing / C
  double scale = 1;      ///< of the loss
};

/// Cross-correlation of [N,H,W,Cin] with filters [Cout,KH,KW,Cin/groups].
struct Conv2dParams {
  int64_t stride_h = 1, stride_w = 1;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t groups = 1;
  Padding2d padding = {};
};

/// A window of kernel_h x kernel_w pixels. With ceil_mode the last window may reach beyond the
/// padded image, but never starts there (as PyTorch counts).
struct Pool2dParams {
  int64_t kernel_h = 2, kernel_w = 2;
  int64_t stride_h = 2, stride_w = 2;
  Padding2d padding = {};
  bool ceil_mode = false;
  bool count_padding = true;  ///< average only: divide by the window with its padding
};

}  // namespace graft
