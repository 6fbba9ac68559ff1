// From a decoded picture to the input of a network, as the preprocess contract says.
#pragma once

#include <cstdint>

#include "graft/core/preprocess.h"
#include "graft/core/random.h"
#include "graft/core/tensor.h"
#include "graft/data/augment.h"
#include "graft/data/image.h"
#include "graft/data/picture_part.h"
#include "graft/data/resize.h"

namespace graft::data {

/// Where torchvision's CenterCrop cuts: offset (n - crop) / 2 rounded half to even; negative,
/// rounded to the upper left, where the picture is the smaller one.
Box centre_crop_box(const Size2d& picture, int64_t height, int64_t width);

/// Part of a picture; black where the box lies outside.
Image crop(const Image& image, const Box& box);

Image flip_horizontal(const Image& image);

/// The part of the work that is the same in every epoch, so that it can be cached: colours, resize
/// and centre crop (with a rim for PadCrop; nothing but colours for RandomResizedCrop).
/// Fills black what lies outside of the picture.
PicturePart prepare(PicturePart picture, const Preprocess& contract, const Augment& augment = {});

/// What random variation makes of a prepared picture.
struct Variation {
  Box part;       ///< of it, resized to the crop
  bool mirrored;  ///< left to right
};

/// What render() draws for `key`, of a picture of this size once it is prepared.
Variation draw_variation(const Size2d& prepared, const Preprocess& contract, const Augment& augment,
                         const RandomKey& key);

/// f32 [256,C]: what a byte becomes in each channel of the network's input,
/// (pixel / range - mean) / std in f32 exactly as torchvision computes it.
Tensor normalised_bytes(const Preprocess& contract);

/// The rest: the variation drawn for `key`, order of the colours, normalised_bytes(). Writes sample
/// `index` of `batch` [N,H,W,C] f32; Error(Shape) unless H, W, C are the contract's. Different
/// samples may be written from different threads.
void render(const PicturePart& prepared, const Preprocess& contract, const Augment& augment,
            const RandomKey& key, Tensor& batch, int64_t index);

/// prepare() and render() without random variation.
void preprocess(PicturePart picture, const Preprocess& contract, Tensor& batch, int64_t index);

/// What prepare() and then render() with any key read of a picture of this size: the part to decode
/// if the prepared picture is kept.
Box part_to_prepare(const Size2d& picture, const Preprocess& contract, const Augment& augment = {});

/// What they read for this key.
Box part_to_render(const Size2d& picture, const Preprocess& contract, const Augment& augment,
                   const RandomKey& key);

}  // namespace graft::data
