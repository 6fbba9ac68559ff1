// manifest.json of a checkpoint: which files belong to it, and what they must hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "graft/core/io/file_system.h"
#include "graft/core/limits.h"

namespace graft::transfer {

inline constexpr const char* kManifestName = "manifest.json";

struct Manifest {
  struct File {
    std::string name;
    uint64_t bytes = 0;
    std::string sha256;
  };

  int64_t step = 0;
  std::vector<File> files;
};

/// Creates `folder`/`name` durably with what `fill` writes; gives its entry.
Manifest::File write_listed_file(FileSystem& files, const std::filesystem::path& folder,
                                 const std::string& name,
                                 const std::function<void(WritableFile&)>& fill);

std::string write_manifest(const Manifest& manifest);

/// Error(Data) unless the text is exactly what write_manifest() gives for some manifest; a flipped
/// bit that leaves valid JSON is found, too.
Manifest parse_manifest(std::string_view text, const Limits& limits);

/// Error(Data) if there is no file `name` in a checkpoint's folder.
void check_present(FileSystem& files, const std::filesystem::path& folder, const std::string& name);

/// Reads every listed file; Error(Data) naming the first that is missing or whose size or hash
/// differs.
void verify_files(FileSystem& files, const std::filesystem::path& folder, const Manifest& manifest);

}  // namespace graft::transfer
