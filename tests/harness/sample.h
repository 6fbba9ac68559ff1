// One call of one op: values for its operands, and how they lie in memory.
#pragma once

#include "op_cases/op_case.h"
#include "op_cases/operands.h"
#include "op_reference/reference.h"

namespace graft::testing {

enum class Layout { Contiguous, Offset, Strided, Transposed, Broadcast };
inline constexpr Layout kLayouts[] = {Layout::Contiguous, Layout::Offset, Layout::Strided,
                                      Layout::Transposed, Layout::Broadcast};
const char* to_string(Layout layout);

struct Sample {
  const OpRow& row;
  const OpCase& op_case;
  const Reference& reference;
  Layout layout;
  Device device;
  std::vector<Operand> operands;
  Arrays inputs;    ///< exact in f32
  Array expected;   ///< of the reference loops
  Array cotangent;  ///< random, like expected
};

/// Values are a function of the case and the layout. Under Layout::Broadcast they repeat along the
/// first axis that has more than one element.
Sample make_sample(const OpRow& row, const OpCase& op_case, const Reference& reference,
                   Layout layout, Device device);

/// "conv2d [..] [..] - strided f32".
std::string describe(const Sample& sample, DType dtype);

/// `values` as a tensor of the given type in the given layout. An absent array: undefined.
Tensor place(const Array& values, DType dtype, Layout layout, Device device);
/// The elements of a tensor of any type, layout and device.
Array read(const Tensor& tensor);

/// Whether operand i is there and may want a gradient.
bool can_want_gradient(const Sample& sample, size_t i);
/// Bit i: can_want_gradient(i).
uint32_t full_mask(const Sample& sample);

/// The operands, laid out, those of `mask` wanting gradients.
std::vector<Tensor> place_operands(const Sample& sample, DType dtype, uint32_t mask);
std::vector<Tensor> place_operands(const Sample& sample, const Arrays& inputs, DType dtype,
                                   Layout layout, uint32_t mask);

/// Random numbers in -1..1, exact in f32.
Array random_array(const Shape& shape, RandomStream& random);

/// Terms summed into one result element, at least 1.
int64_t terms_of(const Sample& sample);
/// Whether the CPU computes it in f32 by Winograd's algorithm, whose errors a tile's results share.
bool by_winograd(const Sample& sample);
/// Whether it may compute one of the gradients so.
bool gradients_by_winograd(const Sample& sample);
/// Elements of the largest operand or of the result.
size_t largest_extent(const Sample& sample);
/// Type of the result for operands of type `dtype`; that of a cast is in its parameters.
DType result_dtype(const Sample& sample, DType dtype);

}  // namespace graft::testing
