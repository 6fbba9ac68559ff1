#include "graft/tools/cli/command_line.h"

#include <cstdio>
#include <iostream>
#include <vector>

#include "graft/core/autocast.h"
#include "graft/core/numerics.h"
#include "graft/core/parallel.h"
#include "graft/core/simd_level.h"
#include "graft/core/text.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/version.h"

namespace graft::cli {
namespace {

void print_error(const std::string& text) { std::fprintf(stderr, "graft: %s\n", text.c_str()); }

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// "option '--epochs' is given 2 times", or "" if none is repeated. Of two values neither wins.
std::string repeated_option(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands())
    for (const CLI::Option* option : command->get_options())
      if (!option->get_positional() && option->count() > 1)
        return "option '" + option->get_name() + "' is given " + std::to_string(option->count()) +
               " times";
  return "";
}

// "unknown option '--modle'; did you mean '--model'?", or "" if every word was understood. Asked
// first: a mistyped word often causes the parser's own complaint, that something is missing.
std::string unknown_word(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands())
    for (const std::string& word : command->remaining())
      if (word.starts_with("-")) {
        const std::string name = word.substr(0, word.find('='));
        return "unknown option '" + name + "'" + did_you_mean(name, option_names(*command));
      }
  if (!app.get_subcommands().empty() || app.remaining().empty()) return "";
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(command->get_name());
  const std::string word = app.remaining().front();
  if (word.starts_with("-"))
    return "unknown option '" + word + "'" + did_you_mean(word, option_names(app));
  return "unknown command '" + word + "'" + did_you_mean(word, known);
}

// Error(Argument) if the precision that is asked for cannot be had.
void check_precision(const CommonOptions& options) {
  const Numerics& numerics = options.numerics;
  const auto check_rounding = [&](const char* option, auto precision, auto full) {
    check(precision == full || !numerics.exact, ErrorKind::Argument, option, ' ',
          to_string(precision), " rounds, which --deterministic exact forbids");
  };
  check_rounding("--precision", options.precision, DType::F32);
  check_rounding("--frozen-precision", numerics.frozen, Precision::Full);
  check_rounding("--keep-activations", numerics.kept, Precision::Full);
  check(!numerics.tf32 || !numerics.exact, ErrorKind::Argument,
        "--tf32 rounds, which --deterministic exact forbids");
  if (numerics.frozen == Precision::BF16 && !options.quiet && !multiplies_bf16())
    std::fprintf(stderr,
                 "graft: this CPU does not multiply bf16 (AVX-512 BF16): the same numbers, not "
                 "faster than f32\n");
}

}  // namespace

CommandLine::CommandLine() : app_("Graft: transfer learning on pretrained networks", "graft") {
  app_.set_version_flag("--version", version_text, "Print versions and what this build can do");
  app_.require_subcommand(1);
  app_.get_formatter()->column_width(34);
}

CLI::App& CommandLine::new_command(const std::string& name, const std::string& help) {
  return *app_.add_subcommand(name, help);
}

int CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app_.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string text = unknown_word(app_);
    if (text.empty()) text = repeated_option(app_);
    print_error(text.empty() ? error.what() : text);
    std::string command;
    for (const CLI::App* chosen : app_.get_subcommands()) command = " " + chosen->get_name();
    std::fprintf(stderr, "Run `graft%s --help` for the options.\n", command.c_str());
    return kUsage;
  }
  return kDone;
}

int CommandLine::run(int argc, const char* const* argv) {
  int code = kDone;
  try {
    code = parse(argc, argv);
    if (code == kDone && chosen_) {
      if (common_.threads > 0) set_num_threads(common_.threads);
      set_numerics(common_.numerics);
      check_precision(common_);
      common_.run_on = choose_device(common_);
      check(common_.precision == DType::F32 || common_.run_on.type != DeviceType::Cpu,
            ErrorKind::Device, "--precision ", common_.precision,
            " needs a GPU (--device cuda): the CPU's kernels compute in f32; there "
            "--frozen-precision and --keep-activations round what can be");
      const AutocastScope scope(common_.precision);
      code = chosen_();
    }
  } catch (const std::exception& error) {
    print_error(error.what());
    code = exit_code(error);
  }
  std::cout.flush();
  if (code == kDone && (!std::cout || std::fflush(stdout) != 0)) {
    print_error("stdout: cannot write the result");
    code = kIo;
  }
  return code;
}

}  // namespace graft::cli
