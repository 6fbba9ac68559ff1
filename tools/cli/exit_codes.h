// What the command's exit code tells a script.
#pragma once

#include <exception>

#include "graft/core/error.h"

namespace graft::cli {

enum ExitCode : int {
  kDone = 0,
  kInternal = 1,     ///< a mistake in Graft
  kUsage = 2,        ///< the command line or a setting
  kBadData = 3,      ///< an input file's content
  kIo = 4,           ///< missing file, permission, full disk, lock
  kNoDevice = 5,     ///< device not available
  kMemory = 6,       ///< memory or a limit
  kNotFinite = 7,    ///< NaN or infinity while training
  kChanged = 9,      ///< `audit --exit-code`: what should be equal is not
  kInterrupt = 130,  ///< SIGINT
  kTerminate = 143,  ///< SIGTERM, after saving
};

/// The code of each kind of error: the one table.
ExitCode exit_code(ErrorKind kind) noexcept;

/// The code of any exception that reached the end of a command.
ExitCode exit_code(const std::exception& error) noexcept;

}  // namespace graft::cli
