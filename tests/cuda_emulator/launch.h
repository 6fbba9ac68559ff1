// Kernel launches: the arguments are copied, then the grid runs at once, or is recorded where the
// stream is being captured.
#pragma once

#include <cstddef>
#include <functional>
#include <tuple>
#include <utility>

#include "cuda_emulator/block.h"
#include "cuda_emulator/runtime_api.h"

enum cudaLaunchAttributeID { cudaLaunchAttributeIgnore = 0 };
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id = cudaLaunchAttributeIgnore;
};

struct cudaLaunchConfig_t {
  dim3 gridDim;
  dim3 blockDim;
  size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

namespace graft::emulator {

/// `run` is told the order of threads and blocks.
cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void(bool backwards)> run);

}  // namespace graft::emulator

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
  struct Call {
    void (*kernel)(Parameters...);
    std::tuple<Parameters...> arguments;
  };
  return graft::emulator::launch(
      *config, [call = Call{kernel, {std::forward<Arguments>(arguments)...}},
                grid = config->gridDim, block = config->blockDim](bool backwards) mutable {
        const auto run = [](void* given) {
          auto& it = *static_cast<Call*>(given);
          std::apply(it.kernel, it.arguments);
        };
        graft::emulator::run_grid({run, &call, reinterpret_cast<const void*>(call.kernel)}, grid,
                                  block, backwards);
      });
}
