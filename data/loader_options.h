// How a Loader makes its batches.
#pragma once

#include <cstdint>

#include "graft/data/augment.h"

namespace graft::data {

struct LoaderOptions {
  int64_t batch_size = 32;
  uint64_t seed = 0;
  bool shuffle = false;
  bool drop_last = false;  ///< leave out a last batch that would be smaller
  Augment augment;
  int workers = 0;           ///< threads that decode; 0: the thread that calls next()
  int prefetch = 2;          ///< batches made ahead of the one asked for
  uint64_t cache_bytes = 0;  ///< memory for pictures kept between epochs
};

}  // namespace graft::data
