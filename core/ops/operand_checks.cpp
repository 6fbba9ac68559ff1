#include "graft/core/ops/operand_checks.h"

#include "graft/core/ops/shape_ops.h"

namespace graft {

void check_index(const char* op, const char* name, const Tensor& index, int64_t limit) {
  check(index.dtype() == DType::I64 && index.rank() == 1, ErrorKind::DType, op, ": ", name,
        " must be i64 [n], not ", index.dtype(), ' ', index.shape());
  if (index.device().type != DeviceType::Cpu) return;
  const Tensor dense = contiguous(index);
  const auto values = dense.values<int64_t>();
  for (size_t i = 0; i < values.size(); ++i)
    check(values[i] >= 0 && values[i] < limit, ErrorKind::Argument, op, ": ", name, '[', i,
          "] = ", values[i], " is not in 0..", limit - 1);
}

}  // namespace graft
