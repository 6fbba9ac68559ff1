#include "graft/core/cuda_driver.h"

#include <array>
#include <cstdlib>

#include "graft/core/shared_library.h"

namespace graft {
namespace {

constexpr const char* kLibrary = "libcuda.so.1";

// Of cuda.h, which need not be installed.
enum CudaResult : int { kSuccess = 0, kNoDevice = 100 };

struct Meaning {
  int result;
  const char* text;
};

constexpr std::array kMeanings{
    Meaning{2, "out of memory: end other programs on the GPU"},
    Meaning{3, "not initialized: restart the program, or the container it runs in"},
    Meaning{34,
            "this libcuda.so.1 is the CUDA Toolkit's stub: take its folder out of "
            "LD_LIBRARY_PATH"},
    Meaning{46, "device unavailable: another program holds it in exclusive mode"},
    Meaning{101, "invalid device: look at CUDA_VISIBLE_DEVICES"},
    Meaning{802, "system not yet initialized: start nvidia-fabricmanager"},
    Meaning{803, "the driver's library and kernel module differ in version: restart the machine"},
    Meaning{804,
            "the CUDA compatibility package does not support this GPU: remove it, or update "
            "the driver"},
    Meaning{999,
            "unknown error: run nvidia-smi; often /dev/nvidia-uvm is missing or may not be "
            "opened"},
};

std::string describe(const std::string& call, int result) {
  if (result == kNoDevice) {
    const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
    return visible ? "no CUDA device (CUDA_VISIBLE_DEVICES is '" + std::string(visible) + "')"
                   : std::string("no CUDA device");
  }
  std::string text = "NVIDIA driver: " + call + ": error " + std::to_string(result);
  for (const Meaning& meaning : kMeanings)
    if (meaning.result == result) text += ", " + std::string(meaning.text);
  return text;
}

std::string why_not_open(const SharedLibrary& library) {
  const bool absent = library.error().starts_with(kLibrary) &&
                      library.error().find("No such file") != std::string::npos;
  return absent ? "no NVIDIA driver (" + std::string(kLibrary) + " not found)"
                : "NVIDIA driver cannot be opened: " + library.error();
}

}  // namespace

CudaDriver find_cuda_driver() {
  CudaDriver driver;
  const SharedLibrary library(kLibrary);
  if (!library.is_open()) {
    driver.problem = why_not_open(library);
    return driver;
  }
  auto* const init = library.find<int(unsigned)>("cuInit");
  auto* const get_version = library.find<int(int*)>("cuDriverGetVersion");
  auto* const get_count = library.find<int(int*)>("cuDeviceGetCount");
  if (!init || !get_version || !get_count) {
    driver.problem = std::string("NVIDIA driver: ") + kLibrary + " is incomplete: reinstall it";
    return driver;
  }
  int devices = 0;
  if (const int result = init(0); result != kSuccess)
    driver.problem = describe("cuInit", result);
  else if (const int again = get_count(&devices); again != kSuccess)
    driver.problem = describe("cuDeviceGetCount", again);
  else if (devices == 0)
    driver.problem = describe("cuDeviceGetCount", kNoDevice);
  else if (const int last = get_version(&driver.version); last != kSuccess)
    driver.problem = describe("cuDriverGetVersion", last);
  return driver;
}

}  // namespace graft
