#include "graft/tools/cli/version.h"

#include "graft/core/find_device.h"
#include "graft/core/simd_level.h"
#include "graft/data/decode.h"
#include "graft/kernels/cpu/blas_description.h"

namespace graft::cli {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

}  // namespace

std::string version_text() {
  std::string text = "graft " GRAFT_VERSION;
  text += "\ncompiler: " + compiler() + ", " GRAFT_BUILD_TYPE;
  text += "\nvectors: " + std::string(to_string(simd_level()));
  text += "\nblas: " + cpu::describe_blas();
  text += "\nimage: " + data::describe_decoder();
  text +=
      std::string("\ndevices: cpu") + (find_cuda().usable ? ", " : "; no GPU: ") + find_cuda().text;
  return text;
}

}  // namespace graft::cli
