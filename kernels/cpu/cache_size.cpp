#include "graft/kernels/cpu/cache_size.h"

#include <unistd.h>

#include <algorithm>

namespace graft::cpu {
namespace {

constexpr int64_t kMiB = 1 << 20;

// A virtual machine is shown the cache of the whole host, a server that of all its sockets.
constexpr int64_t kLargestLevel3 = 32 * kMiB;

int64_t reported([[maybe_unused]] int level) {
#if defined(_SC_LEVEL2_CACHE_SIZE) && defined(_SC_LEVEL3_CACHE_SIZE)
  return sysconf(level == 2 ? _SC_LEVEL2_CACHE_SIZE : _SC_LEVEL3_CACHE_SIZE);
#else
  return 0;
#endif
}

CacheSizes measure() {
  const int64_t level2 = reported(2), level3 = reported(3);
  return {level2 > 0 ? level2 : kMiB, level3 > 0 ? std::min(level3, kLargestLevel3) : 8 * kMiB};
}

}  // namespace

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = measure();
  return sizes;
}

}  // namespace graft::cpu
