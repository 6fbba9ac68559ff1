#include "graft/tools/cli/device_list.h"

#include <cstdio>

#include "graft/core/device_backend.h"
#include "graft/core/find_device.h"
#include "graft/core/parallel.h"
#include "graft/core/simd_level.h"

namespace graft::cli {
namespace {

using transfer::Json;

std::vector<DeviceInfo> cuda_devices() {
  std::vector<DeviceInfo> devices;
  if (!find_cuda().usable) return devices;
  const DeviceBackend& backend = *device_backend(DeviceType::Cuda);
  for (int i = 0; i < backend.device_count(); ++i) devices.push_back(backend.describe(i));
  return devices;
}

std::string gigabytes(size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

}  // namespace

std::string devices_text() {
  std::string text = std::string("cpu     ") + to_string(simd_level()) + ", " +
                     std::to_string(num_threads()) + " threads\n";
  const std::vector<DeviceInfo> devices = cuda_devices();
  for (size_t i = 0; i < devices.size(); ++i)
    text += "cuda:" + std::to_string(i) + "  " + devices[i].name + " (" + devices[i].architecture +
            "), " + gigabytes(devices[i].memory_bytes) + ", " + gigabytes(devices[i].free_bytes) +
            " free\n";
  return devices.empty() ? text + "cuda    " + find_cuda().text + '\n' : text;
}

Json devices_json() {
  Json list = Json::array(), cuda = Json::object(), json = Json::object();
  list.push(Json::object()
                .set("device", "cpu")
                .set("vectors", to_string(simd_level()))
                .set("threads", num_threads()));
  const std::vector<DeviceInfo> devices = cuda_devices();
  for (size_t i = 0; i < devices.size(); ++i)
    list.push(Json::object()
                  .set("device", "cuda:" + std::to_string(i))
                  .set("name", devices[i].name)
                  .set("architecture", devices[i].architecture)
                  .set("memory_bytes", devices[i].memory_bytes)
                  .set("free_bytes", devices[i].free_bytes));
  cuda.set("usable", find_cuda().usable).set("text", find_cuda().text);
  return json.set("schema", 1).set("devices", std::move(list)).set("cuda", std::move(cuda));
}

}  // namespace graft::cli
