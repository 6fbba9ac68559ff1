#include "support/asset_folder.h"

#include <cstdlib>

namespace graft::testing {

std::filesystem::path asset_folder() {
  const char* folder = std::getenv("GRAFT_ASSETS");
  return folder != nullptr ? folder : GRAFT_DEFAULT_ASSETS;
}

}  // namespace graft::testing
