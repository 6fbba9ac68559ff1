#include "cuda_emulator/emulated_device.h"

#include <array>
#include <stdexcept>

#include "graft/core/device_module.h"
#include "graft/core/numerics.h"
#include "graft/core/op_scope.h"

extern "C" graft::ModuleInit graft_backend_init;

namespace graft::testing {
namespace {

DeviceBackend* open() {
  const ModuleHost host{&slots(), &OpScope::current, &numerics, 13000};
  std::array<char, 512> why{};
  DeviceBackend* const backend = graft_backend_init(kModuleAbi, &host, why.data(), why.size());
  if (!backend) throw std::runtime_error(why.data());
  install_backend(DeviceType::Cuda, backend);
  return backend;
}

}  // namespace

Device emulated_device() {
  static DeviceBackend* const backend = open();
  (void)backend;
  return {DeviceType::Cuda, 0};
}

}  // namespace graft::testing
