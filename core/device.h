// Where data lives and the queue that orders work on it.
#pragma once

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace graft {

enum class DeviceType : uint8_t { Cpu, Cuda };
inline constexpr int kDeviceTypes = 2;

struct Device {
  DeviceType type = DeviceType::Cpu;
  int index = 0;
  friend auto operator<=>(const Device&, const Device&) = default;
};

/// "cpu" or "cuda:0".
std::ostream& operator<<(std::ostream& out, Device device);
const char* to_string(DeviceType type) noexcept;

/// "cpu", "cuda" or "cuda:N"; Error(Argument) for anything else.
Device parse_device(std::string_view text);

/// A queue of work on one device. On the CPU there is no queue: work is done when the call returns.
struct Stream {
  Device device;
  void* native = nullptr;
};

}  // namespace graft
