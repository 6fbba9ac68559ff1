// How the steps of the ladder cut their results into tiles.
#pragma once

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/cuda/ladder/ladder.h"

namespace graft::cuda {

/// A block of `threads` for each tile x tile of results; rows of tiles along x.
inline Grid tile_grid(const LadderOperands& p, int64_t tile, dim3 threads) {
  return {
      dim3(static_cast<unsigned>(ceil_div(p.m, tile)), static_cast<unsigned>(ceil_div(p.n, tile))),
      threads};
}

}  // namespace graft::cuda
