#include "graft/transfer/numerics_record.h"

#include "graft/core/numerics.h"

namespace graft::transfer {

void record_numerics(Json& record, DType precision) {
  const Numerics now = numerics();
  record.set("precision", to_string(precision)).set("exact", now.exact).set("tf32", now.tf32);
  record.set("frozen_precision", to_string(now.frozen));
  record.set("kept_activations", to_string(now.kept));
}

}  // namespace graft::transfer
