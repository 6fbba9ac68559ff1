// Where the batches of a training step lie.
#pragma once

namespace graft::transfer {

/// What happens to the tensors of a batch before the next one of its shape: that one may lie
/// elsewhere, or is written into the same tensors.
enum class BatchMemory { Changes, Stays };

}  // namespace graft::transfer
