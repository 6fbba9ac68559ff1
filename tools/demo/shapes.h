// The pictures of the demo: shapes drawn from signed distances, so that Graft needs no files to
// show what transfer learning does.
//
// A shape is a function of a point in its own frame, [-1, 1] x [-1, 1]: negative inside, positive
// outside, in units of that frame. Distances as collected by Quilez, "2D distance functions".
#pragma once

#include <span>
#include <string_view>

namespace graft::demo {

struct Point {
  float x, y;
};

struct ShapeClass {
  std::string_view name;
  float (*distance)(Point p);
};

/// The classes of the source task and of the target task; no class is in both.
std::span<const ShapeClass> source_shapes();
std::span<const ShapeClass> target_shapes();

}  // namespace graft::demo
