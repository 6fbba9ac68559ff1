// Runs the built `graft` command as a user does: a process of its own, its streams and exit code.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/files.h"

namespace graft::testing {

struct ProgramResult {
  int code = 0;  ///< as a shell says it: 128 + n after a signal that was not caught
  std::string out, err;
};

struct ProgramOptions {
  std::filesystem::path folder = {};  ///< to run in; empty: this one
  uint64_t max_file_bytes = 0;        ///< a write beyond fails like on a full disk; 0: no limit
  std::vector<std::string> environment = {};  ///< "NAME=VALUE", beside what this process has
};

/// A running command. Killed at the end of its life if it still runs.
class Program {
 public:
  explicit Program(const std::vector<std::string>& words, const ProgramOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number);
  bool running();
  /// Until it ends.
  ProgramResult wait();

 private:
  TempFolder streams_;
  pid_t pid_;
  bool ended_ = false;
  int status_ = 0;
};

/// The file of the command.
std::filesystem::path program_path();

/// `graft WORDS...` to its end.
ProgramResult graft_command(const std::vector<std::string>& words,
                            const ProgramOptions& options = {});

}  // namespace graft::testing
