// Labelled pictures for a command: opened, and freed of those that cannot be read if so asked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graft/data/dataset.h"
#include "graft/tools/cli/progress.h"

namespace graft::cli {

struct PictureSet {
  data::DatasetPtr dataset;
  std::vector<data::SkippedFile> bad;  ///< left out because they cannot be read
};

/// `all` with an advice: its errors about a single picture name the option --skip-bad. With
/// `skip_bad` every picture is read once instead, on the progress line, and those that fail are
/// left out, so that all passes see the same samples. Error(Data) if none is left.
PictureSet check_pictures(data::DatasetPtr all, bool skip_bad, ProgressLine& line);

/// "3 pictures cannot be read and are left out: a.jpg, b.jpg, ...", for a note.
std::string describe_bad(const std::vector<data::SkippedFile>& bad);

}  // namespace graft::cli
