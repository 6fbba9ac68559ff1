// Where the test assets are, for tests and benchmarks; docs/test-assets.md says what they are.
#pragma once

#include <filesystem>

namespace graft::testing {

/// $GRAFT_ASSETS, else the folder that was configured (shared/assets beside the source tree). It
/// need not exist.
std::filesystem::path asset_folder();

}  // namespace graft::testing
