#include "graft/tools/cli/exit_codes.h"

#include <filesystem>
#include <new>

namespace graft::cli {

ExitCode exit_code(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::Argument:
      return kUsage;
    case ErrorKind::Data:
      return kBadData;
    case ErrorKind::Io:
      return kIo;
    case ErrorKind::Device:
      return kNoDevice;
    case ErrorKind::OutOfMemory:
    case ErrorKind::Limit:
      return kMemory;
    case ErrorKind::NotFinite:
      return kNotFinite;
    case ErrorKind::Shape:
    case ErrorKind::DType:
    case ErrorKind::Autograd:
    case ErrorKind::Internal:
      return kInternal;  // the command checks what users give it before an op sees it
  }
  return kInternal;
}

ExitCode exit_code(const std::exception& error) noexcept {
  if (const auto* own = dynamic_cast<const Error*>(&error)) return exit_code(own->kind());
  if (dynamic_cast<const std::bad_alloc*>(&error)) return kMemory;
  if (dynamic_cast<const std::filesystem::filesystem_error*>(&error)) return kIo;
  return kInternal;
}

}  // namespace graft::cli
