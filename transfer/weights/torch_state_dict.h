// From the object that torch.save() wrote to named tensors.
#pragma once

#include <functional>

#include "graft/transfer/weights/pickle.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

/// Finds the state dict in `pickled`: the object itself, or the dictionary inside a checkpoint
/// ({"state_dict": ..., "epoch": ...}) that holds tensors; scalars beside it become metadata, and
/// of several such dictionaries a note says which one was taken. Values of unknown classes may
/// stand beside it, but nowhere in it. `load(i)` gives storage i as a 1-d tensor and is called once
/// for each storage that is needed. Tensors of one storage share it, unless one is not contiguous
/// and must be copied out; `file_bytes` bounds the copies. Error(Data) if there is no state dict.
WeightFile state_dict_of(const Pickled& pickled, const std::function<Tensor(size_t)>& load,
                         uint64_t file_bytes);

}  // namespace graft::transfer
