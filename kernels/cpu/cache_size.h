// How large the caches are: what the sizes of blocks follow from. No result depends on it.
#pragma once

#include <cstdint>

namespace graft::cpu {

/// Bytes. Where the system does not say: 32 KiB, 1 MiB and 8 MiB.
struct CacheSizes {
  int64_t level1;  ///< for data, of one core
  int64_t level2;  ///< of one core
  int64_t level3;  ///< that one program may count on, shared by the cores
};
const CacheSizes& cache_sizes();

}  // namespace graft::cpu
