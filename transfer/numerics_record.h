// With what the numbers of a run are computed, as a record.
#pragma once

#include "graft/core/dtype.h"
#include "graft/transfer/json/json.h"

namespace graft::transfer {

/// Sets "precision" (autocast's: core/autocast.h) and, of core/numerics.h at this moment, "exact",
/// "tf32", "frozen_precision" and "kept_activations".
void record_numerics(Json& record, DType precision);

}  // namespace graft::transfer
