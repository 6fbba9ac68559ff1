// Times operations, networks, products or the way of a picture, as its command line says.
#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>

#include "graft/benchmarks/command_line.h"
#include "graft/benchmarks/memory_kernels.h"
#include "graft/benchmarks/model_timing.h"
#include "graft/benchmarks/pictures.h"
#include "graft/benchmarks/report.h"
#include "graft/core/allocator.h"
#include "graft/core/error.h"
#include "graft/core/find_device.h"
#include "graft/core/numerics.h"
#include "graft/core/parallel.h"
#include "op_cases/op_cases.h"
#include "op_cases/op_document.h"

namespace graft::bench {
namespace {

// What all modes share, once the device is found.
struct Run {
  const Options& options;
  Device device;

  Repeat repeat() const { return {options.min_seconds, device, options.wait_each}; }
  Setting setting() const {
    return {device, options.dtype == DType::F32 ? std::nullopt : std::optional(options.dtype),
            options.recorded};
  }
};

void print_seconds(const std::string& what, const Seconds& seconds, const Run& run) {
  if (!run.options.json) {
    std::cout << what << ", " << num_threads() << " threads: " << seconds.median * 1e3
              << " ms (best " << seconds.best * 1e3 << ")\n";
    return;
  }
  std::cout << R"({"work": ")" << what << R"(", "threads": )" << num_threads();
  if (run.device.type != DeviceType::Cpu)
    std::cout << R"(, "device": ")" << run.device << R"(", "peak_bytes": )"
              << allocator(run.device).stats().peak;
  std::cout << R"(, "best": )" << seconds.best << R"(, "median": )" << seconds.median << "}"
            << std::endl;
}

// Measures once, or whenever a line on stdin says for how many seconds (benchmarks/peers/serve.py
// does the same).
Measure measuring(const std::string& what, const Run& run) {
  return [what, &run](const Work& work) {
    Repeat repeat = run.repeat();
    if (!run.options.serve) return print_seconds(what, time_calls(repeat, work), run);
    time_calls({.min_seconds = 0, .device = run.device}, work);
    std::cout << R"({"ready": "Graft"})" << std::endl;
    while (std::cin >> repeat.min_seconds) print_seconds(what, time_calls(repeat, work), run);
  };
}

void run_model(const Run& run) {
  const Options& options = run.options;
  const std::string step = options.step == Step::Train ? " train" : " eval";
  measure_model(options.name, options.step, options.batch, run.setting(),
                measuring(options.name + step + ", batch " + std::to_string(options.batch), run));
}

void run_small(const Run& run) {
  const Options& options = run.options;
  measure_small_network(
      options.name, options.batch, run.setting(),
      measuring(options.name + " train, batch " + std::to_string(options.batch), run));
}

void run_product(const Run& run) {
  const std::vector<int64_t>& size = run.options.product;
  const bool linear = run.options.mode == Mode::Linear;
  std::ostringstream what;
  what << (linear ? "linear " : "product ") << size[0] << " x " << size[1] << " x " << size[2];
  (linear ? measure_linear : measure_product)(size[0], size[1], size[2], run.setting(),
                                              measuring(what.str(), run));
}

void run_pictures(const Run& run) {
  const Options& options = run.options;
  if (options.folder.empty()) return time_pictures(std::cout);
  print_seconds("pictures of " + options.folder,
                time_folder(options.folder, options.decoder, options.min_seconds), run);
}

bool is_wanted(const testing::OpCase& op_case, const Options& options) {
  if (op_case.perf.empty()) return false;
  return options.only.empty() || std::ranges::find(options.only, op_case.op) != options.only.end();
}

void run_ops(const Run& run) {
  const Options& options = run.options;
  const Ceiling ceiling = measure_ceiling(run.device);
  print_header(std::cout, ceiling, run.device, options.json);
  for (const testing::OpCase& op_case : testing::all_op_cases())
    if (is_wanted(op_case, options))
      for (const Timing& timing : time_case(op_case, options.forward, run.repeat()))
        print(std::cout, timing, ceiling, options.json);
}

void run_memory(const Run& run) {
  const Options& options = run.options;
  const Ceiling ceiling = measure_ceiling(run.device);
  print_header(std::cout, ceiling, run.device, options.json);
  time_memory_kernels({options.batch, options.dtype}, run.repeat(), [&](const Timing& timing) {
    print(std::cout, timing, ceiling, options.json);
  });
}

void run(const Options& options) {
  if (options.threads > 0) set_num_threads(options.threads);
  set_numerics(options.numerics);
  const Run run{options, find_device(options.device)};
  switch (options.mode) {
    case Mode::Ops:
      return run_ops(run);
    case Mode::Model:
      return run_model(run);
    case Mode::Small:
      return run_small(run);
    case Mode::Product:
    case Mode::Linear:
      return run_product(run);
    case Mode::Memory:
      return run_memory(run);
    case Mode::Pictures:
      return run_pictures(run);
    case Mode::Ceiling:
      return print_header(std::cout, measure_ceiling(run.device), run.device, options.json);
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
    std::cerr << "graft_bench: " << error.what() << '\n';
    if (error.kind() == graft::ErrorKind::Device) return 5;
    return error.kind() == graft::ErrorKind::Argument ? 2 : 1;
  }
  return 0;
}
