// graft bench: how long the steps of a fine-tuning job take, and which kernels take the time.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "graft/core/io/file_system.h"
#include "graft/core/limits.h"
#include "graft/core/parallel.h"
#include "graft/core/simd_level.h"
#include "graft/tools/bench/job_timing.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/numerics_record.h"

namespace graft::cli {
namespace {

using transfer::Json;

// What is compared, in milliseconds.
constexpr const char* kTimes[] = {"evaluation", "forward", "backward", "update"};

Json kernels_json(const bench::KernelProfile& profile, int64_t passes) {
  Json list = Json::array();
  for (const bench::KernelUse& use : profile.uses()) {
    Json kernel = Json::object();
    const auto each = static_cast<double>(passes);
    kernel.set("kernel", use.kernel).set("shapes", use.shapes).set("calls", use.calls / passes);
    kernel.set("ms", use.seconds * 1e3 / each);
    kernel.set("gflops", use.flops / use.seconds / 1e9);
    kernel.set("gbytes", use.bytes / use.seconds / 1e9);
    list.push(std::move(kernel));
  }
  return list;
}

// What two measurements must share to be compared.
Json describe_setting(const BenchOptions& options, const CommonOptions& common,
                      const LoadedNetwork& loaded) {
  std::ostringstream device_name;
  device_name << common.run_on;
  Json json = Json::object();
  json.set("model", loaded.model).set("freeze", options.freeze);
  json.set("batch", options.batch).set("classes", options.classes).set("threads", num_threads());
  json.set("device", device_name.str()).set("vectors", to_string(simd_level()));
  transfer::record_numerics(json, common.precision);
  return json;
}

void add_times(Json& json, const bench::JobTimes& times) {
  json.set("schema", 1).set("unit", "ms").set("evaluation", times.evaluation * 1e3);
  json.set("forward", times.forward * 1e3).set("backward", times.backward * 1e3);
  json.set("update", times.update * 1e3).set("step", times.step() * 1e3);
  json.set("evaluation_peak_bytes", times.evaluation_peak);
  json.set("step_peak_bytes", times.step_peak);
  json.set("evaluation_kernels", kernels_json(times.evaluation_kernels, times.profiled));
  json.set("step_kernels", kernels_json(times.step_kernels, times.profiled));
}

Json read_base(const std::string& path) {
  const Limits::Json limits = Limits().json;
  return transfer::read_json(real_file_system().read_text(path, limits.bytes), limits, path);
}

void check_comparable(const Json& base, const Json& setting, const std::string& path) {
  for (const auto& [name, value] : setting.as_object(path)) {
    const Json* const its = base.find(name);
    check(its != nullptr, ErrorKind::Data, path, ": is no result of `graft bench --json`: no ",
          name);
    check(*its == value, ErrorKind::Argument, "bench: the base has another ", name, ": ",
          transfer::write_json(*its), ", not ", transfer::write_json(value));
  }
}

// The times that are longer than in `base` by more than `tolerance`, each with both numbers.
std::vector<std::string> slower(const Json& base, const Json& now, double tolerance) {
  std::vector<std::string> lines;
  for (const char* name : kTimes) {
    const double before = base.at(name).as_number(name), after = now.at(name).as_number(name);
    if (after <= before * (1 + tolerance)) continue;
    char line[160];
    std::snprintf(line, sizeof line, "%s: %.3f ms, was %.3f ms (x%.2f)", name, after, before,
                  after / before);
    lines.push_back(line);
  }
  return lines;
}

void print_uses(const std::vector<bench::KernelUse>& uses, int64_t passes, int rows) {
  double total = 0;
  for (const bench::KernelUse& use : uses) total += use.seconds;
  for (size_t i = 0; i < std::min(uses.size(), static_cast<size_t>(rows)); ++i) {
    const bench::KernelUse& use = uses[i];
    char rate[32] = "";
    if (use.flops > 0) std::snprintf(rate, sizeof rate, "%.1f", use.flops / use.seconds / 1e9);
    std::printf("  %9.3f %5.1f%% %6lld %9s %7.1f  %s %s\n",
                use.seconds * 1e3 / static_cast<double>(passes), 100 * use.seconds / total,
                static_cast<long long>(use.calls / passes), rate, use.bytes / use.seconds / 1e9,
                use.kernel.c_str(), use.shapes.c_str());
  }
}

void print_kernels(const char* title, const bench::KernelProfile& profile, int64_t passes,
                   int rows) {
  if (profile.uses().empty()) return;
  std::printf(
      "\n%s: kernels, then the longest by operands (GFLOP/s by definition: Winograd "
      "takes fewer)\n  %9s %6s %6s %9s %7s\n",
      title, "ms", "share", "calls", "GFLOP/s", "GB/s");
  print_uses(profile.totals(), passes, rows);
  std::printf("\n");
  print_uses(profile.uses(), passes, rows);
}

void print_times(const bench::JobTimes& times, int64_t batch) {
  const auto line = [&](const char* name, double seconds) {
    std::printf("%-12s %10.3f ms %10.1f pictures/s\n", name, seconds * 1e3,
                static_cast<double>(batch) / seconds);
  };
  line("evaluation", times.evaluation);
  if (times.step() == 0) return;
  line("step", times.step());
  std::printf("  forward %.3f ms, backward %.3f ms, update %.3f ms\n", times.forward * 1e3,
              times.backward * 1e3, times.update * 1e3);
  std::printf("memory       evaluation %.1f MB, step %.1f MB at most\n",
              static_cast<double>(times.evaluation_peak) / 1e6,
              static_cast<double>(times.step_peak) / 1e6);
}

}  // namespace

int run_bench(const BenchOptions& options, const CommonOptions& common) {
  const Json base = options.compare.empty() ? Json() : read_base(options.compare);
  LoadedNetwork loaded = load_for_tuning({.model = options.model,
                                          .weights = options.weights,
                                          .classes = options.classes,
                                          .seed = common.seed});
  if (!options.freeze.empty()) transfer::freeze(*loaded.network, options.freeze);
  loaded.network->preprocess = loaded.preprocess;
  loaded.network->to(common.run_on);
  Json json = describe_setting(options, common, loaded);
  if (!base.is_null()) check_comparable(base, json, options.compare);
  const bench::JobTimes times = bench::time_job(*loaded.network, options.batch, options.seconds);
  add_times(json, times);
  if (common.json) {
    std::cout << transfer::write_json(json) << '\n';
  } else {
    print_times(times, options.batch);
    print_kernels("evaluation", times.evaluation_kernels, times.profiled, options.top);
    print_kernels("training step", times.step_kernels, times.profiled, options.top);
  }
  if (base.is_null()) return kDone;
  const std::vector<std::string> lines = slower(base, json, options.tolerance);
  for (const std::string& line : lines) std::fprintf(stderr, "slower: %s\n", line.c_str());
  return lines.empty() ? kDone : kChanged;
}

}  // namespace graft::cli
