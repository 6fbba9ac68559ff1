#include "support/devices.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>
#include <vector>

#include "graft/core/allocator.h"
#include "graft/core/device_backend.h"
#include "graft/core/error.h"
#include "graft/core/find_device.h"
#include "support/assets.h"

namespace graft::testing {
namespace {

std::vector<Device> required;

bool available(Device device) {
  if (device.type == DeviceType::Cuda && !device_backend(DeviceType::Cuda)) find_cuda();
  try {
    allocator(device);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

void read_required_devices(int argc, char** argv) {
  constexpr std::string_view kOption = "--require-device=";
  for (int i = 1; i < argc; ++i)
    if (const std::string_view word = argv[i]; word.starts_with(kOption))
      required.push_back(parse_device(word.substr(kOption.size())));
  if (const char* const name = std::getenv("GRAFT_REQUIRE_DEVICE"); name && *name)
    required.push_back(parse_device(name));
}

bool has_device(Device device) {
  if (available(device)) return true;
  std::ostringstream what;
  what << "device " << device;
  bool needed = false;
  for (const Device one : required) needed = needed || one == device;
  if (needed)
    FAIL_CHECK(what.str(), " is required, but absent");
  else
    skip(what.str());
  return false;
}

}  // namespace graft::testing
