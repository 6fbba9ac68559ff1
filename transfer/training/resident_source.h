// Training pictures that lie on the device as bytes: a batch is where to look, and the device cuts,
// mirrors and normalises as the first work of a step.
#pragma once

#include <memory>

#include "graft/core/preprocess.h"
#include "graft/data/dataset.h"
#include "graft/data/loader.h"
#include "graft/transfer/training/sample_source.h"

namespace graft::transfer {

/// Reads all pictures (data/prepared_pictures.h). The network sees the bits that image_source()
/// would give with the same options.
std::unique_ptr<SampleSource> resident_source(data::DatasetPtr dataset,
                                              const Preprocess& preprocess,
                                              const data::LoaderOptions& options, Device device);

}  // namespace graft::transfer
