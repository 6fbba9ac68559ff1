// Draws the data sets of the demo.
#pragma once

#include <cstdint>
#include <span>

#include "graft/data/dataset.h"
#include "graft/tools/demo/shapes.h"

namespace graft::demo {

inline constexpr int kPictureSide = 32;

/// `per_class` pictures of each shape, 32x32 RGB, interleaved by class: any position, size, turn
/// and colours, on a shaded background with distractors and noise. Picture i of class c is a
/// function of (seed, c, i) alone.
data::DatasetPtr draw_dataset(std::span<const ShapeClass> shapes, int per_class, uint64_t seed);

}  // namespace graft::demo
