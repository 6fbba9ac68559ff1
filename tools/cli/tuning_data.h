// The data of `graft tune`: opened, checked, split, and described in a line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graft/data/dataset.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/progress.h"

namespace graft::cli {

/// What is trained on, what chooses the best epoch (may be null), what is measured in the end
/// (`dev` itself where there is nothing else).
struct TuningData {
  data::DatasetPtr train, dev, val;
  std::vector<data::SkippedFile> ignored;  ///< files that are no pictures by their names
  std::vector<data::SkippedFile> bad;      ///< pictures that cannot be read, with --skip-bad
};

/// Error(Data) for a single class, a class without a readable picture, or data to measure on
/// with classes that the training data does not have; Error(Argument) if nothing is left to measure
/// on.
TuningData open_tuning_data(const TuneOptions& options, uint64_t seed, ProgressLine& line);

/// "data: 160 train, 40 dev, 60 val samples; 2 classes: ant, bee; 3 files ignored (notes.txt: .txt
/// is not read; ...)".
std::string describe(const TuningData& data);

}  // namespace graft::cli
