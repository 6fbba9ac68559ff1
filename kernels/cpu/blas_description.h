// Which BLAS this build has, for version reports.
#pragma once

#include <string>

namespace graft::cpu {

/// "OpenBLAS 0.3.21, core SkylakeX", or "none". The core decides the bits of its products.
std::string describe_blas();

}  // namespace graft::cpu
