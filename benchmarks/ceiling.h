// What the machine can do at best, measured in the same run as the operations: the ceilings of the
// roofline model (Williams, Waterman, Patterson 2009).
#pragma once

namespace graft::bench {

struct Ceiling {
  double flops = 0;             ///< f32 multiply-adds in registers, two operations each, a second
  double bytes_per_second = 0;  ///< a[i] = b[i] + s c[i] over arrays larger than the caches
};

/// With the pool's threads and the instruction set in use. Takes about half a second.
Ceiling measure_ceiling();

}  // namespace graft::bench
