// Which samples of a dataset can be read: the check that comes before work that needs the same
// samples in every pass.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "graft/core/error.h"
#include "graft/data/dataset.h"

namespace graft::data {

/// Whether an error of reading a sample speaks of that sample alone, so that the others can still
/// be used: a damaged, missing or oversized file, but no lack of memory.
bool is_of_one_sample(ErrorKind kind);

struct Readable {
  std::vector<int64_t> indices;  ///< of the samples that can be read, ascending
  std::vector<SkippedFile> bad;  ///< the others, in the order of the set
};

/// Reads and decodes every sample once, on all threads; `progress` is called with samples done and
/// in all. Throws only what is not of one sample.
Readable find_readable(const Dataset& dataset,
                       const std::function<void(int64_t done, int64_t total)>& progress = {});

}  // namespace graft::data
