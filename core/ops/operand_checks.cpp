#include "graft/core/ops/operand_checks.h"

#include "graft/core/recorder.h"

namespace graft {

void check_same_floating(const char* op, const Tensor& a, const Tensor& b) {
  check(a.dtype() == b.dtype() && computes_in(a.device(), a.dtype()), ErrorKind::DType, op,
        ": needs two f32 or two f64 operands, not ", a.dtype(), " and ", b.dtype());
}

void check_bias(const char* op, const Tensor& bias, const Tensor& weight) {
  if (!bias.defined()) return;
  check(bias.shape() == Shape{weight.dim(0)} && bias.dtype() == weight.dtype(), ErrorKind::Shape,
        op, ": bias does not fit: bias ", bias.dtype(), ' ', bias.shape(), " weight ",
        weight.dtype(), ' ', weight.shape());
}

void check_index(const char* op, const char* name, const Tensor& index, int64_t limit) {
  check(index.dtype() == DType::I64 && index.rank() == 1, ErrorKind::DType, op, ": ", name,
        " must be i64 [n], not ", index.dtype(), ' ', index.shape());
  if (index.device().type != DeviceType::Cpu) return;
  do_each_run([=] {
    const int64_t* const value = index.data<int64_t>();
    const int64_t count = index.dim(0), step = index.strides()[0];
    for (int64_t i = 0; i < count; ++i)
      check(value[i * step] >= 0 && value[i * step] < limit, ErrorKind::Argument, op, ": ", name,
            '[', i, "] = ", value[i * step], " is not in 0..", limit - 1);
  });
}

}  // namespace graft
