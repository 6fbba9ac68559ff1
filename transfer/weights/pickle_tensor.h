// The two constructions of the pickle machine that describe memory; every number is proven here.
#pragma once

#include <vector>

#include "graft/transfer/weights/pickle.h"

namespace graft::transfer {

/// The storage of a persistent id; the same key
/// gives the same index. The location is ignored: a tag of another device is no reason to refuse.
size_t persistent(Pickled& pickled, Pickled::Ref id, StorageId form);

/// The tensor (storage, offset, size, stride, ...), proven to lie inside its storage.
size_t rebuild_tensor(Pickled& pickled, const std::vector<Pickled::Ref>& arguments,
                      uint64_t max_rank);

}  // namespace graft::transfer
