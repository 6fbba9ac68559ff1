#include "graft/transfer/weights/file_layout.h"

#include <array>

namespace graft::transfer {
namespace {

constexpr std::array<int, 4> kToFile = {0, 3, 1, 2};    // O,KH,KW,I -> O,I,KH,KW
constexpr std::array<int, 4> kToMemory = {0, 2, 3, 1};  // O,I,KH,KW -> O,KH,KW,I

Shape permuted(const Shape& shape, const std::array<int, 4>& axes) {
  check(shape.rank() == 4, ErrorKind::Shape, "file layout: a filter has 4 axes, not ", shape);
  return {shape[axes[0]], shape[axes[1]], shape[axes[2]], shape[axes[3]]};
}

Tensor permuted(const Tensor& t, const std::array<int, 4>& axes) {
  return t.alias(permuted(t.shape(), axes), permuted(t.strides(), axes), t.impl().offset);
}

}  // namespace

Shape file_shape(const NamedTensor& tensor) {
  const Shape& shape = tensor.tensor.shape();
  return tensor.layout == Layout::Filter ? permuted(shape, kToFile) : shape;
}

Tensor as_in_file(const NamedTensor& tensor) {
  return tensor.layout == Layout::Filter ? permuted(tensor.tensor, kToFile)
                                         : tensor.tensor.detach();
}

Tensor as_in_memory(const Tensor& from_file, Layout layout) {
  return layout == Layout::Filter ? permuted(from_file, kToMemory) : from_file;
}

}  // namespace graft::transfer
