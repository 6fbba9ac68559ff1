#include "graft/tools/cli/common_options.h"

#include <CLI/CLI.hpp>

#include <cstdio>

#include "graft/core/error.h"

namespace graft::cli {
namespace {
// Until the CUDA module exists there is one reason.
constexpr const char* kNoCuda = "this version has no CUDA kernels";
}  // namespace

void add_options(CLI::App& app, CommonOptions& options) {
  const std::string group = "Common options";
  app.add_flag("--json", options.json, "Print one JSON object on stdout")->group(group);
  app.add_option("--threads", options.threads, "Threads; 0 takes all")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group(group);
  app.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->group(group);
  app.add_option("--seed", options.seed, "Seed of everything random")
      ->capture_default_str()
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "No progress, only errors")->group(group);
}

Device choose_device(const CommonOptions& options) {
  if (options.device == "auto") {
    if (!options.quiet) std::fprintf(stderr, "graft: running on the CPU: %s\n", kNoCuda);
    return {};
  }
  const Device device = parse_device(options.device);
  check(device.type == DeviceType::Cpu, ErrorKind::Device, "device: ", device,
        " is not available: ", kNoCuda, "; use --device cpu");
  return device;
}

}  // namespace graft::cli
