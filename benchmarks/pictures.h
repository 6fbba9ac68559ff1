// Times the way from JPEG to network input, in one thread: what a loader's worker does.
#pragma once

#include <iosfwd>
#include <string>

#include "graft/benchmarks/timing.h"
#include "graft/data/decode.h"

namespace graft::bench {

/// Prints milliseconds for each picture. The photographs are those of the test assets; without them
/// only the resize of a drawn picture is timed.
void time_pictures(std::ostream& out);

/// One pass over a folder of class folders. Error(Argument) if this build lacks the decoder.
Seconds time_folder(const std::string& folder, data::Decoder decoder, double min_seconds);

}  // namespace graft::bench
