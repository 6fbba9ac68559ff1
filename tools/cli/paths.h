// Which file a path means, however it is written.
#pragma once

#include <filesystem>
#include <string>

namespace graft::cli {

/// The absolute path without links and dots, of which a last part may not exist yet; "" for "".
inline std::filesystem::path canonical_path(const std::string& path) {
  // A relative path of which nothing exists would stay relative.
  return path.empty() ? "" : std::filesystem::weakly_canonical(std::filesystem::absolute(path));
}

/// Do both exist and are one file, perhaps under two names?
inline bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code missing;
  return std::filesystem::equivalent(a, b, missing);
}

}  // namespace graft::cli
