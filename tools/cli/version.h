// What `graft --version` says.
#pragma once

#include <string>

namespace graft::cli {

/// Version, compiler, vector level, BLAS, image decoder, devices; a line each, "name: value".
std::string version_text();

}  // namespace graft::cli
