// Resizing that gives the very bytes of Pillow's Image.resize: separable, antialiased, in fixed
// point, horizontally first with rounding to bytes in between. A network's accuracy depends on the
// resizer it was trained with by up to a point.
#pragma once

#include <cstdint>

#include "graft/core/preprocess.h"
#include "graft/core/size2d.h"
#include "graft/data/image.h"
#include "graft/data/picture_part.h"

namespace graft::data {

/// [H,W,C] -> [height,width,C]. Error(Argument) for an empty picture or result.
Image resize(const Image& image, int64_t height, int64_t width, ResizeFilter filter);

/// What resize() of the part `source` of the picture to `size` gives inside `window`, without
/// computing the rest. Both boxes must lie inside; Error(Argument) otherwise.
Image resize_window(const Image& image, const Box& source, const Size2d& size, const Box& window,
                    ResizeFilter filter);

/// resize_window() of a picture of which no more has to be there than resize_support() says.
Image resize_window(const PicturePart& picture, const Box& source, const Size2d& size,
                    const Box& window, ResizeFilter filter);

/// What resize_window() reads of the picture that `source` is a part of. `window` must lie inside.
Box resize_support(const Box& source, const Size2d& size, const Box& window, ResizeFilter filter);

/// The size whose short side is `short_side`, the long one in proportion and truncated, as
/// torchvision's Resize(int) does.
Size2d short_side_size(const Size2d& picture, int64_t short_side);

Image resize_short_side(const Image& image, int64_t short_side, ResizeFilter filter);

}  // namespace graft::data
