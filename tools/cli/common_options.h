// The options that every subcommand takes.
#pragma once

#include <cstdint>
#include <string>

#include "graft/core/device.h"
#include "graft/core/dtype.h"
#include "graft/core/numerics.h"

namespace CLI {
class App;
}

namespace graft::cli {

struct CommonOptions {
  bool json = false;   ///< one JSON object on stdout instead of text
  bool quiet = false;  ///< nothing on stderr but errors
  int threads = 0;     ///< 0: all hardware threads
  uint64_t seed = 0;
  Numerics numerics;
  DType precision = DType::F32;  ///< core/autocast.h
  std::string device;            ///< "": not asked for, the CPU; nothing else is looked for
  Device run_on;                 ///< what choose_device() makes of it
};

void add_options(CLI::App& app, CommonOptions& options);

/// The device that --device asks for. "auto" takes the best one there is and says in a line on
/// stderr (unless quiet) why it is not a GPU. Errors as find_device().
Device choose_device(const CommonOptions& options);

}  // namespace graft::cli
