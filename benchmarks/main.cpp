// Times every operation of the table of cases against the machine's measured ceilings.
#include <array>
#include <charconv>
#include <iostream>
#include <sstream>
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
    "usage: graft_bench [--only=OP,OP...]    time the operations of the table\n"
    "       graft_bench --model=NAME [--step=eval|train|head] [--batch=N]    time a network\n"
    "       graft_bench --small=lenet5|mlp3|head [--batch=N]    time a training step\n"
    "       graft_bench --product=M,N,K    time a product of matrices\n"
    "       graft_bench --pictures[=FOLDER] [--decoder=libraries|stb]    from JPEG to network "
    "input\n"
    "       graft_bench --ceiling    what the machine can do\n"
    "       graft_bench --list    print the table of operations as Markdown (docs/ops.md)\n"
    "each with [--json] [--threads=N] [--min-time=SECONDS]\n";

enum class Mode { Ops, Model, Small, Product, Pictures, Ceiling, List, Help };

struct Options {
  Mode mode = Mode::Ops;
  std::string only, name, step = "eval", folder, decoder;
  std::array<int64_t, 3> product{};
  int64_t batch = 32;
  bool json = false;
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

std::array<int64_t, 3> three_numbers(std::string_view text) {
  std::array<int64_t, 3> numbers{};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const size_t comma = text.find(',');
    check((comma == std::string_view::npos) == (i == 2), ErrorKind::Argument,
          "graft_bench: --product takes M,N,K");
    numbers[i] = static_cast<int64_t>(number(text.substr(0, comma)));
    text.remove_prefix(i == 2 ? text.size() : comma + 1);
  }
  return numbers;
}

// False if `argument` chooses no mode.
bool choose_mode(std::string_view argument, Options& options) {
  std::string_view value;
  const auto choose = [&](Mode mode, std::string& text) {
    options.mode = mode;
    text = value;
    return true;
  };
  std::string none;
  if (argument == "--list") return choose(Mode::List, none);
  if (argument == "--help") return choose(Mode::Help, none);
  if (argument == "--ceiling") return choose(Mode::Ceiling, none);
  if (argument == "--pictures") return choose(Mode::Pictures, none);
  if (takes_value(argument, "--pictures", value)) return choose(Mode::Pictures, options.folder);
  if (takes_value(argument, "--model", value)) return choose(Mode::Model, options.name);
  if (takes_value(argument, "--small", value)) return choose(Mode::Small, options.name);
  if (!takes_value(argument, "--product", value)) return false;
  options.product = three_numbers(value);
  return choose(Mode::Product, none);
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view value;
    if (choose_mode(argument, options)) continue;
    if (argument == "--json") {
      options.json = true;
    } else if (takes_value(argument, "--only", value)) {
      options.only = ',' + std::string(value) + ',';
    } else if (takes_value(argument, "--step", value)) {
      options.step = value;
    } else if (takes_value(argument, "--batch", value)) {
      options.batch = static_cast<int64_t>(number(value));
    } else if (takes_value(argument, "--decoder", value)) {
      options.decoder = value;
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

void print_seconds(const std::string& what, const Seconds& seconds, bool json) {
  if (json)
    std::cout << R"({"work": ")" << what << R"(", "threads": )" << num_threads() << R"(, "best": )"
              << seconds.best << R"(, "median": )" << seconds.median << "}\n";
  else
    std::cout << what << ", " << num_threads() << " threads: " << seconds.median * 1e3
              << " ms (best " << seconds.best * 1e3 << ")\n";
}

void run_model(const Options& options) {
  print_seconds(
      options.name + ' ' + options.step + ", batch " + std::to_string(options.batch),
      time_model(options.name, parse_step(options.step), options.batch, options.min_seconds),
      options.json);
}

void run_small(const Options& options) {
  print_seconds(options.name + " train, batch " + std::to_string(options.batch),
                time_small_network(options.name, options.batch, options.min_seconds), options.json);
}

void run_product(const Options& options) {
  const auto [m, n, k] = options.product;
  std::ostringstream what;
  what << "product " << m << " x " << n << " x " << k;
  print_seconds(what.str(), time_product(m, n, k, options.min_seconds), options.json);
}

void run_pictures(const Options& options) {
  if (options.folder.empty()) return time_pictures(std::cout);
  const data::Decoder decoder =
      options.decoder == "stb" ? data::Decoder::Stb : data::Decoder::Libraries;
  print_seconds("pictures of " + options.folder,
                time_folder(options.folder, decoder, options.min_seconds), options.json);
}

void run_ops(const Options& options) {
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

void run(const Options& options) {
  switch (options.mode) {
    case Mode::Ops:
      return run_ops(options);
    case Mode::Model:
      return run_model(options);
    case Mode::Small:
      return run_small(options);
    case Mode::Product:
      return run_product(options);
    case Mode::Pictures:
      return run_pictures(options);
    case Mode::Ceiling:
      return print_header(std::cout, measure_ceiling(), options.json);
    case Mode::List:
      std::cout << testing::op_document();
      return;
    case Mode::Help:
      std::cout << kUsage;
  }
}

}  // namespace
}  // namespace graft::bench

int main(int argc, char** argv) {
  try {
    graft::bench::run(graft::bench::parse(argc, argv));
  } catch (const graft::Error& error) {
    std::cerr << error.what() << '\n';
    return error.kind() == graft::ErrorKind::Argument ? 2 : 1;
  }
  return 0;
}
