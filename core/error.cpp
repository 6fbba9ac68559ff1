#include "graft/core/error.h"

namespace graft {

const char* to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::Shape:
      return "shape";
    case ErrorKind::DType:
      return "dtype";
    case ErrorKind::Device:
      return "device";
    case ErrorKind::Argument:
      return "argument";
    case ErrorKind::Data:
      return "data";
    case ErrorKind::Io:
      return "io";
    case ErrorKind::OutOfMemory:
      return "out of memory";
    case ErrorKind::Limit:
      return "limit";
    case ErrorKind::NotFinite:
      return "not finite";
    case ErrorKind::Autograd:
      return "autograd";
    case ErrorKind::Internal:
      return "internal";
  }
  return "unknown";
}

}  // namespace graft
