#include "graft/tools/cli/common_options.h"

#include <cstdio>

#include "graft/core/find_device.h"
#include "graft/tools/cli/choice.h"

namespace graft::cli {

void add_options(CLI::App& app, CommonOptions& options) {
  const std::string group = "Common options";
  app.add_flag("--json", options.json, "Print one JSON object on stdout")->group(group);
  app.add_option("--threads", options.threads, "Threads; 0 takes all")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group(group);
  app.add_option("--device", options.device,
                 "cpu, cuda, cuda:N, or auto: cuda where it can serve, else cpu")
      ->default_str("cpu")
      ->group(group);
  app.add_option("--seed", options.seed, "Seed of everything random, below 2^63")
      ->check(CLI::Range(uint64_t{0}, uint64_t{INT64_MAX}))  // JSON's integers, as we read them
      ->capture_default_str()
      ->group(group);
  add_choice(app, "--precision", options.precision, by_name({DType::F32, DType::BF16, DType::F16}),
             "Of products on a GPU; bf16 and f16 are mixed precision: weights and sums stay f32")
      ->group(group);
  add_choice(app, "--deterministic", options.numerics.exact, {{"exact", true}},
             "exact: no algorithm that trades accuracy for speed")
      ->group(group);
  add_choice(app, "--frozen-precision", options.numerics.frozen,
             by_name({Precision::Full, Precision::BF16}),
             "bf16: frozen convolutions round their factors, for speed")
      ->group(group);
  add_choice(app, "--keep-activations", options.numerics.kept,
             by_name({Precision::Full, Precision::BF16}),
             "bf16: what training keeps for backward is rounded, for memory")
      ->group(group);
  app.add_flag("--tf32", options.numerics.tf32,
               "A GPU may round f32 factors to TF32, for speed; on a CPU it has no effect")
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "No progress, only errors")->group(group);
}

Device choose_device(const CommonOptions& options) {
  if (options.device.empty()) return {};
  const Device device = find_device(options.device);
  if (options.device == "auto" && device == Device{} && !options.quiet)
    std::fprintf(stderr, "graft: running on the CPU: %s\n", find_cuda().text.c_str());
  return device;
}

}  // namespace graft::cli
