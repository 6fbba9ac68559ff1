#include "graft/kernels/cpu/blas_description.h"

#if defined(GRAFT_HAVE_OPENBLAS)
#include <cblas.h>
#endif

namespace graft::cpu {

std::string describe_blas() {
#if defined(GRAFT_HAVE_OPENBLAS)
  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ...": the first two words are the name and the version.
  const std::string config = openblas_get_config();
  return config.substr(0, config.find(' ', config.find(' ') + 1)) + ", core " +
         openblas_get_corename();
#else
  return "none";
#endif
}

}  // namespace graft::cpu
