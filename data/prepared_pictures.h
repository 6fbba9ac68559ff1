// All pictures of a data set, prepared once and in one block, for a device that varies and
// normalises them itself.
#pragma once

#include "graft/core/preprocess.h"
#include "graft/core/tensor.h"
#include "graft/data/augment.h"
#include "graft/data/dataset.h"

namespace graft::data {

/// Bytes of prepared_pictures(); 0 where it cannot serve: the parts that
/// Augment::Kind::RandomResizedCrop takes are of any size.
uint64_t prepared_bytes(const Dataset& dataset, const Preprocess& contract, const Augment& augment);

/// u8 [M,H,W,C] of prepare() (transforms.h), with the channels that the network takes, in its
/// order. Where draw_place() says, a window of the contract's crop holds the pixels that render()
/// normalises. The error of the first sample that cannot be read. Uses the threads of parallel.h.
Tensor prepared_pictures(const Dataset& dataset, const Preprocess& contract,
                         const Augment& augment);

}  // namespace graft::data
