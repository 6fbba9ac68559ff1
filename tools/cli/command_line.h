// From the words of a command line to the subcommand that runs, and from its end to an exit code.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>

#include "graft/tools/cli/common_options.h"

namespace graft::cli {

class CommandLine {
 public:
  CommandLine();

  /// Registers a subcommand. Options need an add_options(CLI::App&, Options&); `body` gets them
  /// when the subcommand was chosen.
  template <class Options>
  void add(const std::string& name, const std::string& help,
           int (*body)(const Options&, const CommonOptions&)) {
    CLI::App& command = new_command(name, help);
    auto options = std::make_shared<Options>();
    add_options(command, *options);
    add_options(command, common_);
    command.final_callback([this, options, body] {
      chosen_ = [this, options, body] { return body(*options, common_); };
    });
  }

  /// Parses, runs the chosen subcommand and returns the exit code. Errors end here: one line on
  /// stderr, with the nearest known word when a word is unknown.
  int run(int argc, const char* const* argv);

 private:
  CLI::App& new_command(const std::string& name, const std::string& help);
  int parse(int argc, const char* const* argv);

  CLI::App app_;
  CommonOptions common_;
  std::function<int()> chosen_;
};

}  // namespace graft::cli
