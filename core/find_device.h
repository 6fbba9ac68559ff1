// CUDA, looked for when it is asked for.
//
// First the driver (libcuda.so.1), then the module libgraft_cuda.so: in the folder that
// GRAFT_BACKEND_PATH names (an absolute path; not in a setuid program), beside the program or
// libgraft.so, and where an installation puts it, lib/graft. Never in the current folder.
#pragma once

#include <string>

#include "graft/core/device.h"

namespace graft {

struct CudaStatus {
  bool usable = false;
  std::string text;  ///< one line: the devices, or why there are none and what helps
};

/// Looks on first call and, if CUDA can serve, installs its kernels and its backend. Thread-safe.
const CudaStatus& find_cuda();

/// The device that `name` asks for: "cpu", "cuda", "cuda:N", or "auto", which is cuda:0 where that
/// can serve, else the CPU. Error(Device) with the reason if a named one cannot serve,
/// Error(Argument) if it is no device's name.
Device find_device(const std::string& name);

}  // namespace graft
