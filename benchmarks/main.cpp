// Times every operation of the table of cases against the machine's measured ceilings.
#include <charconv>
#include <iostream>
#include <string>
#include <string_view>

#include "graft/benchmarks/model_timing.h"
#include "graft/benchmarks/pictures.h"
#include "graft/benchmarks/report.h"
#include "graft/core/error.h"
#include "graft/core/parallel.h"
#include "op_cases/op_cases.h"
#include "op_cases/op_document.h"

namespace graft::bench {
namespace {

constexpr const char* kUsage =
    "usage: graft_bench [--only=OP,OP...] [--json] [--threads=N] [--min-time=SECONDS]\n"
    "       graft_bench --model=NAME [--step=eval|train|head] [--batch=N] ...    time a network\n"
    "       graft_bench --pictures    time the way from JPEG to network input\n"
    "       graft_bench --list    print the table of operations as Markdown (docs/ops.md)\n";

struct Options {
  std::string only, model, step = "eval";
  int64_t batch = 32;
  bool json = false, list = false, pictures = false, help = false;
  double min_seconds = 0.2;
};

// Whether `argument` is `--name=value`; then takes the value.
bool takes_value(std::string_view argument, std::string_view name, std::string_view& value) {
  if (!argument.starts_with(name) || argument.size() <= name.size() || argument[name.size()] != '=')
    return false;
  value = argument.substr(name.size() + 1);
  return true;
}

double number(std::string_view text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  check(status == std::errc{} && end == text.data() + text.size() && value > 0, ErrorKind::Argument,
        "graft_bench: not a positive number: ", text);
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view value;
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--list") {
      options.list = true;
    } else if (argument == "--pictures") {
      options.pictures = true;
    } else if (argument == "--help") {
      options.help = true;
    } else if (takes_value(argument, "--only", value)) {
      options.only = ',' + std::string(value) + ',';
    } else if (takes_value(argument, "--model", value)) {
      options.model = value;
    } else if (takes_value(argument, "--step", value)) {
      options.step = value;
    } else if (takes_value(argument, "--batch", value)) {
      options.batch = static_cast<int64_t>(number(value));
    } else if (takes_value(argument, "--threads", value)) {
      set_num_threads(static_cast<int>(number(value)));
    } else if (takes_value(argument, "--min-time", value)) {
      options.min_seconds = number(value);
    } else {
      fail(ErrorKind::Argument, "graft_bench: unknown argument ", argument, '\n', kUsage);
    }
  }
  return options;
}

void run_model(const Options& options) {
  const Seconds seconds =
      time_model(options.model, parse_step(options.step), options.batch, options.min_seconds);
  if (options.json)
    std::cout << R"({"model": ")" << options.model << R"(", "step": ")" << options.step
              << R"(", "batch": )" << options.batch << R"(, "threads": )" << num_threads()
              << R"(, "best": )" << seconds.best << R"(, "median": )" << seconds.median << "}\n";
  else
    std::cout << options.model << ' ' << options.step << ", batch " << options.batch << ", "
              << num_threads() << " threads: " << seconds.median * 1e3 << " ms a step (best "
              << seconds.best * 1e3 << "), " << static_cast<double>(options.batch) / seconds.median
              << " images/s\n";
}

void run(const Options& options) {
  const Ceiling ceiling = measure_ceiling();
  print_header(std::cout, ceiling, options.json);
  for (const testing::OpCase& op_case : testing::all_op_cases()) {
    if (op_case.perf.empty()) continue;
    if (!options.only.empty() && options.only.find(',' + op_case.op + ',') == std::string::npos)
      continue;
    for (const Timing& timing : time_case(op_case, options.min_seconds))
      print(std::cout, timing, ceiling, options.json);
  }
}

}  // namespace
}  // namespace graft::bench

int main(int argc, char** argv) {
  using namespace graft::bench;
  try {
    const Options options = parse(argc, argv);
    if (options.help)
      std::cout << kUsage;
    else if (options.list)
      std::cout << graft::testing::op_document();
    else if (options.pictures)
      time_pictures(std::cout);
    else if (!options.model.empty())
      run_model(options);
    else
      run(options);
  } catch (const graft::Error& error) {
    std::cerr << error.what() << '\n';
    return error.kind() == graft::ErrorKind::Argument ? 2 : 1;
  }
  return 0;
}
