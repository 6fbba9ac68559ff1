// Times the way from JPEGs to normalised batches.
#pragma once

#include <iosfwd>
#include <string>

#include "graft/benchmarks/timing.h"
#include "graft/data/decode.h"

namespace graft::bench {

/// Prints milliseconds for each picture in one thread. The photographs are those of the test
/// assets; without them only the resize of a drawn picture is timed.
void time_pictures(std::ostream& out);

/// An epoch of a loader over a folder of class folders. Several threads are as many workers; one is
/// the thread that waits for the batches. Error(Argument) if this build lacks the decoder.
Seconds time_folder(const std::string& folder, data::Decoder decoder, double min_seconds);

}  // namespace graft::bench
