// What the machine can do, measured in the same run as the operations: the ceilings of the roofline
// model (Williams, Waterman, Patterson 2009). Medians, as the timings held against them: the best
// moment of a machine with neighbours is up to 4 % above.
#pragma once

#include "graft/core/device.h"

namespace graft::bench {

/// In a second.
struct Ceiling {
  double flops = 0;  ///< two operations for each f32 multiply-add: in registers; of a device in a
                     ///< product [2048,2048] x [2048,2048]
  double best_flops = 0;  ///< the same of the best moment: whether that sinks tells of neighbours
  double bytes_per_second = 0;  ///< over arrays larger than the caches: a[i] = b[i] + s c[i]; of a
                                ///< device a[i] = b[i]
};

/// Of the CPU with the pool's threads and the instruction set in use. Takes about half a second.
Ceiling measure_ceiling(Device device);

}  // namespace graft::bench
