// What the program and a device module (libgraft_cuda.so) agree on. The module is a shared library
// that links no Graft of its own; it is opened at run time (find_device.h), so that a program on
// the CPU never pays for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "graft/core/device_backend.h"
#include "graft/core/kernel_slots.h"
#include "graft/core/numerics.h"
#include "graft/core/text.h"

namespace graft {

/// What a module is handed. It fills its column of the table and returns its backend.
struct ModuleHost {
  SlotTable* slots;
  const char* (*current_op)() noexcept;  ///< for error texts: the running operation
  Numerics (*numerics)() noexcept;       ///< of the program
  int driver_version;                    ///< newest CUDA the driver supports: 12020 for 12.2
};

/// Differs between builds that must not be mixed: counts the slots and their signatures by itself,
/// and by kModuleVersion, changed by hand, what else an old module would not notice (views, the
/// workspace, parameters of kernels, ModuleHost, DeviceBackend).
inline constexpr uint32_t kModuleVersion = 4;
inline constexpr uint32_t kModuleAbi = [] {
  uint64_t hash = fnv1a("", kModuleVersion);
#define SLOT(name, ...) hash = fnv1a(#name "(" #__VA_ARGS__ ")", hash);
#include "graft/core/kernel_slots.def"
#undef SLOT
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}();

/// The one function a module exports, under kModuleInit. Null, and the reason as one line in `why`
/// (of `size` bytes), if it cannot serve; `abi` is the program's kModuleAbi, and nothing of `host`
/// may be touched if it is another than the module's. The backend is never destroyed.
using ModuleInit = DeviceBackend*(uint32_t abi, const ModuleHost* host, char* why,
                                  size_t size) noexcept;
inline constexpr const char* kModuleInit = "graft_backend_init";

/// For modules, to begin with: why a module of this build, made with CUDA `toolkit`
/// (CUDART_VERSION), cannot serve a program of interface `abi` and its driver; "" if it can. A
/// newer major version needs a newer driver; within one any driver serves.
std::string module_refusal(uint32_t abi, const ModuleHost* host, int toolkit);

/// "13.0" for 13000, as CUDA numbers its versions.
std::string cuda_version_text(int version);

}  // namespace graft
