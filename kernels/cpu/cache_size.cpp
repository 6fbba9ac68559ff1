#include "graft/kernels/cpu/cache_size.h"

#include <unistd.h>

#include <algorithm>

namespace graft::cpu {
namespace {

constexpr int64_t kMiB = 1 << 20;

// A virtual machine is shown the cache of the whole host, a server that of all its sockets.
constexpr int64_t kLargestLevel3 = 32 * kMiB;

int64_t positive_or(int64_t found, int64_t otherwise) { return found > 0 ? found : otherwise; }

CacheSizes measure() {
  CacheSizes found{};
#if defined(_SC_LEVEL1_DCACHE_SIZE)
  found = {sysconf(_SC_LEVEL1_DCACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE),
           sysconf(_SC_LEVEL3_CACHE_SIZE)};
#endif
  return {positive_or(found.level1, 32 << 10), positive_or(found.level2, kMiB),
          std::min(positive_or(found.level3, 8 * kMiB), kLargestLevel3)};
}

}  // namespace

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = measure();
  return sizes;
}

}  // namespace graft::cpu
