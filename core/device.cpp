#include "graft/core/device.h"

#include <charconv>
#include <ostream>

#include "graft/core/error.h"

namespace graft {

const char* to_string(DeviceType type) noexcept { return type == DeviceType::Cpu ? "cpu" : "cuda"; }

std::ostream& operator<<(std::ostream& out, Device device) {
  out << to_string(device.type);
  return device.type == DeviceType::Cpu ? out : out << ':' << device.index;
}

Device parse_device(std::string_view text) {
  if (text == "cpu") return {};
  if (text == "cuda") return {DeviceType::Cuda, 0};
  constexpr std::string_view kPrefix = "cuda:";
  int index = 0;
  if (text.starts_with(kPrefix)) {
    const char* const end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data() + kPrefix.size(), end, index);
    if (status == std::errc{} && stop == end && index >= 0) return {DeviceType::Cuda, index};
  }
  fail(ErrorKind::Argument, "device: unknown device '", text, "': use cpu, cuda or cuda:N");
}

}  // namespace graft
