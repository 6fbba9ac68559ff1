// Times operations, networks, products or the way of a picture, as its command line says.
#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>

#include "graft/benchmarks/command_line.h"
#include "graft/benchmarks/model_timing.h"
#include "graft/benchmarks/pictures.h"
#include "graft/benchmarks/report.h"
#include "graft/core/error.h"
#include "graft/core/exactness.h"
#include "graft/core/frozen_precision.h"
#include "graft/core/kept_activations.h"
#include "graft/core/parallel.h"
#include "op_cases/op_cases.h"
#include "op_cases/op_document.h"

namespace graft::bench {
namespace {

void print_seconds(const std::string& what, const Seconds& seconds, bool json) {
  if (json)
    std::cout << R"({"work": ")" << what << R"(", "threads": )" << num_threads() << R"(, "best": )"
              << seconds.best << R"(, "median": )" << seconds.median << "}\n";
  else
    std::cout << what << ", " << num_threads() << " threads: " << seconds.median * 1e3
              << " ms (best " << seconds.best * 1e3 << ")\n";
}

void run_model(const Options& options) {
  const std::string step = options.step == Step::Train ? " train" : " eval";
  print_seconds(options.name + step + ", batch " + std::to_string(options.batch),
                time_model(options.name, options.step, options.batch, options.min_seconds),
                options.json);
}

void run_small(const Options& options) {
  print_seconds(options.name + " train, batch " + std::to_string(options.batch),
                time_small_network(options.name, options.batch, options.min_seconds), options.json);
}

void run_product(const Options& options) {
  const int64_t m = options.product[0], n = options.product[1], k = options.product[2];
  const bool linear = options.mode == Mode::Linear;
  std::ostringstream what;
  what << (linear ? "linear " : "product ") << m << " x " << n << " x " << k;
  print_seconds(what.str(), (linear ? time_linear : time_product)(m, n, k, options.min_seconds),
                options.json);
}

void run_pictures(const Options& options) {
  if (options.folder.empty()) return time_pictures(std::cout);
  print_seconds("pictures of " + options.folder,
                time_folder(options.folder, options.decoder, options.min_seconds), options.json);
}

bool is_wanted(const testing::OpCase& op_case, const Options& options) {
  if (op_case.perf.empty()) return false;
  return options.only.empty() || std::ranges::find(options.only, op_case.op) != options.only.end();
}

void run_ops(const Options& options) {
  const Ceiling ceiling = measure_ceiling();
  print_header(std::cout, ceiling, options.json);
  for (const testing::OpCase& op_case : testing::all_op_cases())
    if (is_wanted(op_case, options))
      for (const Timing& timing : time_case(op_case, options.forward, options.min_seconds))
        print(std::cout, timing, ceiling, options.json);
}

void run(const Options& options) {
  if (options.threads > 0) set_num_threads(options.threads);
  set_exact(options.exact);
  set_frozen_precision(options.frozen);
  set_kept_activations(options.kept);
  switch (options.mode) {
    case Mode::Ops:
      return run_ops(options);
    case Mode::Model:
      return run_model(options);
    case Mode::Small:
      return run_small(options);
    case Mode::Product:
    case Mode::Linear:
      return run_product(options);
    case Mode::Pictures:
      return run_pictures(options);
    case Mode::Ceiling:
      return print_header(std::cout, measure_ceiling(), options.json);
    case Mode::List:
      std::cout << testing::op_document();
  }
}

}  // namespace
}  // namespace graft::bench

int main(int argc, char** argv) {
  const graft::bench::CommandLine line = graft::bench::parse(argc, argv);
  if (line.exit_code) return *line.exit_code;
  try {
    graft::bench::run(line.options);
  } catch (const graft::Error& error) {
    std::cerr << error.what() << '\n';
    return error.kind() == graft::ErrorKind::Argument ? 2 : 1;
  }
  return 0;
}
