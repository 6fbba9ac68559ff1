#include "graft/benchmarks/command_line.h"

#include <set>

#include "graft/tools/cli/choice.h"
#include "op_cases/op_cases.h"

namespace graft::bench {
namespace {

using cli::add_choice;
using cli::by_name;

std::set<std::string> timed_ops() {
  std::set<std::string> names;
  for (const testing::OpCase& op_case : testing::all_op_cases())
    if (!op_case.perf.empty()) names.insert(op_case.op);
  return names;
}

CLI::Option* add_product(CLI::App& app, const std::string& name, Options& options,
                         const std::string& help) {
  return app.add_option(name, options.product, help)
      ->delimiter(',')
      ->expected(3)
      ->type_name("M,N,K")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20));
}

void add_modes(CLI::App& app, Options& options) {
  CLI::App& modes = *app.add_option_group("What is timed (default: all operations of the table)");
  modes.require_option(0, 1);
  const auto choose = [&options](CLI::Option* option, Mode mode) {
    return option->each([&options, mode](const std::string&) { options.mode = mode; });
  };
  const auto choose_by_flag = [&](const std::string& name, Mode mode, const std::string& help) {
    modes.add_flag_callback(
        name, [&options, mode] { options.mode = mode; }, help);
  };
  modes.add_option("--only", options.only, "These operations of the table")
      ->delimiter(',')
      ->type_name("OP,OP")
      ->check(CLI::IsMember(timed_ops()).description(""));
  CLI::Option* model =
      choose(modes.add_option("--model", options.name, "A step of this network"), Mode::Model);
  choose(modes.add_option("--small", options.name, "A training step of this small network"),
         Mode::Small)
      ->check(CLI::IsMember({"lenet5", "mlp3", "head"}));
  choose(add_product(modes, "--product", options, "The product [M,K] x [K,N]"), Mode::Product);
  choose(add_product(modes, "--linear", options, "A dense layer: [M,K] x [N,K]^T"), Mode::Linear);
  CLI::Option* pictures = modes.add_option_function<std::vector<std::string>>(
      "--pictures",
      [&options](const std::vector<std::string>& words) {
        options.mode = Mode::Pictures;
        options.folder = words.front();
      },
      "From JPEG to network input, over FOLDER (class folders) or the test assets");
  pictures->expected(0, 1)->type_name("FOLDER");
  choose_by_flag("--memory-bound", Mode::Memory,
                 "Operations that move memory, at sizes no cache holds");
  choose_by_flag("--ceiling", Mode::Ceiling, "What the machine can do");
  choose_by_flag("--list", Mode::List, "Nothing: print the operations as Markdown (docs/ops.md)");

  add_choice(app, "--step", options.step, {{"eval", Step::Evaluate}, {"train", Step::Train}},
             "Of the network")
      ->needs(model);
  add_choice(app, "--decoder", options.decoder,
             {{"libraries", data::Decoder::Libraries}, {"stb", data::Decoder::Stb}},
             "Of the pictures of FOLDER")
      ->needs(pictures);
}

}  // namespace

CommandLine parse(int argc, const char* const* argv) {
  CommandLine line;
  Options& options = line.options;
  CLI::App app(
      "Times Graft's operations against the machine's measured ceilings, or a whole piece "
      "of work",
      "graft_bench");
  app.get_formatter()->column_width(34);
  add_modes(app, options);
  app.add_flag("--forward", options.forward, "Of operations no gradients");
  app.add_option("--batch", options.batch, "Samples a step of a network")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->capture_default_str();
  app.add_option("--device", options.device, "cpu, cuda or cuda:N")->capture_default_str();
  add_choice(app, "--precision", options.dtype, by_name({DType::F32, DType::BF16, DType::F16}),
             "Of operands; of networks on a GPU mixed precision");
  add_choice(app, "--record-steps", options.recorded, {{"on", true}, {"off", false}},
             "Run training steps from a recording, on a GPU as one CUDA graph");
  app.add_flag("--latency", options.wait_each, "Wait for the device after each call");
  app.add_option("--threads", options.threads, "Threads; 0 takes all")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--min-time", options.min_seconds, "Seconds to measure for, at least")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--serve", options.serve,
               "Say when all is ready, then measure for each line SECONDS on stdin (with --json)");
  app.add_flag("--json", options.json, "An object a line instead of text");
  add_choice<bool>(app, "--deterministic", options.numerics.exact, {{"exact", true}},
                   "exact: no algorithm that trades accuracy for speed");
  add_choice(app, "--frozen-precision", options.numerics.frozen,
             by_name({Precision::Full, Precision::BF16}), "Of a network that is evaluated");
  add_choice(app, "--keep-activations", options.numerics.kept,
             by_name({Precision::Full, Precision::BF16}), "Of a network that is trained");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    line.exit_code = app.exit(help);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    line.exit_code = 2;
  }
  return line;
}

}  // namespace graft::bench
