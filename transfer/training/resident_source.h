// Training pictures that lie on the device as bytes: a batch is where to look, and the device cuts,
// resizes, mirrors and normalises as the first work of a step.
#pragma once

#include <memory>

#include "graft/core/preprocess.h"
#include "graft/data/dataset.h"
#include "graft/data/loader.h"
#include "graft/data/prepared_pictures.h"
#include "graft/transfer/training/sample_source.h"

namespace graft::transfer {

/// `pictures` were prepared from the dataset for the same options. The network sees the bits that
/// image_source() would give with them. Error(OutOfMemory).
std::unique_ptr<SampleSource> resident_source(data::DatasetPtr dataset,
                                              const data::PreparedPictures& pictures,
                                              const Preprocess& preprocess,
                                              const data::LoaderOptions& options, Device device);

}  // namespace graft::transfer
