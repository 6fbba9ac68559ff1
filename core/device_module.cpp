#include "graft/core/device_module.h"

#include <array>
#include <sstream>

namespace graft {
namespace {

struct Release {
  int cuda;    // major version
  int driver;  // first driver (Linux) that supports it
};

// CUDA Toolkit release notes, "CUDA driver versions".
constexpr std::array kReleases{Release{11, 450}, Release{12, 525}, Release{13, 580}};

std::string newer_driver(int cuda) {
  for (const Release& release : kReleases)
    if (release.cuda == cuda)
      return "update the driver to " + std::to_string(release.driver) + " or newer";
  return "update the driver";
}

}  // namespace

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

std::string module_refusal(uint32_t abi, const ModuleHost* host, int toolkit) {
  if (abi != kModuleAbi) {
    std::ostringstream text;
    text << std::hex << "made for interface " << kModuleAbi << ", the program has " << abi
         << ": install both from one build";
    return text.str();
  }
  if (host->driver_version / 1000 >= toolkit / 1000) return "";
  return "driver supports CUDA " + cuda_version_text(host->driver_version) +
         ", this module needs " + cuda_version_text(toolkit) + ": " + newer_driver(toolkit / 1000);
}

}  // namespace graft
