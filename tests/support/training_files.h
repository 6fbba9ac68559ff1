// Small data and weights in files, for tests of the command.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace graft::testing {

/// IDX images 28 x 28 and, beside them, labels: `count` noisy pictures whose bright quarter tells
/// the class. Sample i is the formula's sample `first` + i. Returns the images file.
std::filesystem::path write_idx(const std::filesystem::path& folder, int64_t count,
                                int64_t classes = 3, uint64_t first = 0);

/// Folders of PNG pictures, colours telling the class: <root>/<class>/<number>.png.
void write_picture_folders(const std::filesystem::path& root,
                           const std::vector<std::string>& classes, int64_t per_class,
                           uint64_t first = 0);

/// A model of the registry with the initial values of seed 1, its name in the metadata.
std::filesystem::path write_model(const std::filesystem::path& path, const std::string& name,
                                  int64_t classes);

}  // namespace graft::testing
