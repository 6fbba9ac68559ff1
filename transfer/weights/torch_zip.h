// The container of torch.save() since PyTorch 1.6: a stored zip of <name>/data.pkl, a record
// <name>/data/<key> for each storage, and version marks.
#pragma once

#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

WeightFile read_torch_zip(ByteSource& file, const Limits& limits);

}  // namespace graft::transfer
