// All pictures of a data set, prepared once and in one block, for a device that varies and
// normalises them itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/core/tensor.h"
#include "graft/data/augment.h"
#include "graft/data/dataset.h"

namespace graft::data {

struct PreparedPictures {
  struct Place {
    int64_t first;  ///< pixel
    Size2d size;
  };
  Tensor pixels;              ///< u8 [P,C]: rows and pictures follow each other
  std::vector<Place> places;  ///< of the samples
};

/// What prepare() (transforms.h) makes of the samples, with the channels that the network takes, in
/// its order: whole pictures under Augment::Kind::RandomResizedCrop. render() normalises what
/// draw_variation() says of them. Nothing if they take more than `most_bytes`, which is known
/// before they are decoded. The error of the first sample that cannot be read. Uses the threads of
/// parallel.h.
std::optional<PreparedPictures> prepared_pictures(const Dataset& dataset,
                                                  const Preprocess& contract,
                                                  const Augment& augment, uint64_t most_bytes);

}  // namespace graft::data
