#include "graft/kernels/cuda/dnn/plan_cache.h"

#include <cuda_runtime.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/events.h"
#include "graft/kernels/cuda/dnn/handle.h"
#include "graft/kernels/cuda/dnn/plan_file.h"

namespace graft::cuda {
namespace {

constexpr size_t kWorkspaceLimit = size_t{1} << 30;
constexpr int kTimedPlans = 8, kTimedRuns = 5;

bool autotune() {
  static const char* const setting = std::getenv("GRAFT_CUDA_AUTOTUNE");
  return setting && std::string_view(setting) == "1";
}

bool capturing(Stream stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  cuda_check(cudaStreamIsCapturing(static_cast<cudaStream_t>(stream.native), &status),
             "cudaStreamIsCapturing");
  return status != cudaStreamCaptureStatusNone;
}

// Index of the fastest; a plan that fails when it runs is out of the race. None if all do.
std::optional<size_t> fastest(Stream stream, const std::vector<Plan>& plans, const RunPlan& run) {
  CudaEvent start(stream.device.index, true), stop(stream.device.index, true);
  std::optional<size_t> best;
  double best_seconds = 0;
  for (size_t i = 0; i < plans.size(); ++i) try {
      run(plans[i]);
      start.record(stream);
      for (int repeat = 0; repeat < kTimedRuns; ++repeat) run(plans[i]);
      stop.record(stream);
      stop.synchronize();
      const double seconds = stop.seconds_since(start);
      if (best && seconds >= best_seconds) continue;
      best = i;
      best_seconds = seconds;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Device && error.kind() != ErrorKind::OutOfMemory) throw;
    }
  return best;
}

std::unique_ptr<Plan> choose(Stream stream, const ConvolutionCase& of, const RunPlan& run) {
  const cudnnHandle_t handle = dnn_handle(stream);
  if (std::optional<Plan> stored = read_plan(handle, of))
    return std::make_unique<Plan>(std::move(*stored));
  const bool timed = autotune() && !capturing(stream);
  std::vector<Plan> plans = find_plans(handle, of, kWorkspaceLimit, timed ? kTimedPlans : 1);
  if (plans.empty()) return nullptr;
  const std::optional<size_t> chosen = timed ? fastest(stream, plans, run) : 0;
  if (!chosen) return nullptr;
  if (timed) write_plan(of, plans[*chosen]);
  return std::make_unique<Plan>(std::move(plans[*chosen]));
}

}  // namespace

const Plan* find_plan(Stream stream, const ConvolutionCase& of, const RunPlan& run) {
  dnn_handle(stream);  // made first, it is there as long as the plans that were made with it
  static thread_local std::map<ConvolutionCase, std::unique_ptr<Plan>> plans;
  const auto found = plans.find(of);
  if (found != plans.end()) return found->second.get();
  return plans.emplace(of, choose(stream, of, run)).first->second.get();
}

}  // namespace graft::cuda
