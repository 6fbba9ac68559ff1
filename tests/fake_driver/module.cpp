// A libgraft_cuda.so whose devices are host memory. FAKE_MODULE_ABI, where it is defined, makes it
// one of another build; FAKE_MODULE_REFUSES, in the environment, is why it cannot serve, and
// FAKE_MODULE_OPEN leaves its memory open to the host, for speed.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "graft/core/device_module.h"
#include "support/host_device_backend.h"

#ifdef FAKE_MODULE_NEEDS
int absent_function();
int needs_absent_library() { return absent_function(); }
#endif

extern "C" graft::DeviceBackend* graft_backend_init(uint32_t abi, const graft::ModuleHost* host,
                                                    char* why, size_t size) noexcept {
#ifdef FAKE_MODULE_ABI
  abi = FAKE_MODULE_ABI;
#endif
  constexpr int kToolkit = 13000;
  std::string refusal = graft::module_refusal(abi, host, kToolkit);
  if (const char* const text = std::getenv("FAKE_MODULE_REFUSES"); text && refusal.empty())
    refusal = text;
  if (!refusal.empty()) {
    why[std::min(size - 1, refusal.copy(why, size - 1))] = '\0';
    return nullptr;
  }
  graft::testing::install_host_kernels(*host->slots);
  graft::DeviceBackend& backend = graft::testing::host_device_backend(host->current_op);
  if (std::getenv("FAKE_MODULE_OPEN")) graft::testing::leave_memory_open();
  return &backend;
}
