// Prints timings against the ceilings, as a table or as JSON lines.
#pragma once

#include <iosfwd>

#include "graft/benchmarks/ceiling.h"
#include "graft/benchmarks/op_timing.h"

namespace graft::bench {

/// How much of the nearer ceiling is reached: of arithmetic or of memory, whichever is more. Above
/// 1 where operands stay in a cache from one call to the next.
double share_of_ceiling(const Timing& timing, const Ceiling& ceiling);

/// `device` is what the ceiling is of.
void print_header(std::ostream& out, const Ceiling& ceiling, Device device, bool json);
void print(std::ostream& out, const Timing& timing, const Ceiling& ceiling, bool json);

}  // namespace graft::bench
