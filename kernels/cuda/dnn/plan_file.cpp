#include "graft/kernels/cuda/dnn/plan_file.h"

#include <cuda_runtime.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "graft/core/text.h"
#include "graft/kernels/cuda/backend/error_check.h"

namespace graft::cuda {
namespace {

namespace fs = std::filesystem;

// A short, stable name for a long key; the key itself stands in the file.
std::string short_name(const std::string& key) {
  char text[24];
  std::snprintf(text, sizeof text, "%016llx.plan", static_cast<unsigned long long>(fnv1a(key)));
  return text;
}

// Null if plans are not kept.
const char* plan_folder() {
  static const char* const folder = std::getenv("GRAFT_CUDA_PLANS");
  return folder && *folder ? folder : nullptr;
}

}  // namespace

std::string plan_key(const ConvolutionCase& of) {
  cudaDeviceProp gpu;
  cuda_check(cudaGetDeviceProperties(&gpu, of.device), "cudaGetDeviceProperties");
  std::ostringstream key;
  key << "cudnn " << cudnnGetVersion() << " gpu " << gpu.name << " sm_" << gpu.major << gpu.minor
      << " pass " << static_cast<int>(of.pass) << ' ' << of.dtype << " x " << of.n << ' ' << of.h
      << ' ' << of.w << ' ' << of.c << " filter " << of.kernels << ' ' << of.kernel_h << ' '
      << of.kernel_w << " y " << of.out_h << ' ' << of.out_w << " groups " << of.groups
      << " stride " << of.stride_h << ' ' << of.stride_w << " dilation " << of.dilation_h << ' '
      << of.dilation_w << " padding " << of.top << ' ' << of.bottom << ' ' << of.left << ' '
      << of.right << " epilogue " << of.bias << of.residual << static_cast<int>(of.activation)
      << " tf32 " << of.tf32 << " exact " << of.exact;
  return key.str();
}

std::optional<Plan> read_plan(cudnnHandle_t handle, const ConvolutionCase& of) {
  const char* const folder = plan_folder();
  if (!folder) return {};
  const std::string key = plan_key(of);
  std::ifstream file(fs::path(folder) / short_name(key), std::ios::binary);
  std::string first;
  if (!std::getline(file, first) || first != key) return {};
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  return restore_plan(handle, json);
}

void write_plan(const ConvolutionCase& of, const Plan& plan) noexcept try {
  const char* const folder = plan_folder();
  if (!folder) return;
  const std::string key = plan_key(of);
  const fs::path path = fs::path(folder) / short_name(key);
  fs::create_directories(folder);
  // Renamed when complete, so that no process reads half a file; no two name it alike.
  const fs::path partial =
      path.string() + '.' +
      std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
  std::ofstream file(partial, std::ios::binary);
  file << key << '\n' << plan.to_json();
  file.close();
  if (file)
    fs::rename(partial, path);
  else
    fs::remove(partial);
} catch (...) {
}

}  // namespace graft::cuda
