// Files that tests need and the repository does not hold: pretrained weights, photographs.
//
// A test that lacks one says so in a line and counts as skipped, never as passed:
//
//   const auto file = asset("weights/mnist_cnn.pt");
//   if (!file) return skip("weights/mnist_cnn.pt");
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace graft::testing {

/// The file or folder `name` in asset_folder(), or nothing when it does not exist.
std::optional<std::filesystem::path> asset(std::string_view name);

/// Prints `SKIPPED: <test case>: <what> absent` and counts it. Call outside of worker threads.
void skip(std::string_view what);

int skipped_count();

}  // namespace graft::testing
