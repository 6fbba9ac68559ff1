#include "harness/sample.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "graft/core/text.h"
#include "op_reference/winograd.h"

namespace graft::testing {
namespace {

// Distinct points of a grid that misses the multiples of 3 and the points of other operands.
void draw_apart(Array& array, const OpCase& op_case, size_t operand, RandomStream& random) {
  const Values& values = op_case.values[operand];
  const double gap = op_case.kink_gap;
  const size_t operands = op_case.shapes.size();
  int64_t count = 1;
  for (const Shape& shape : op_case.shapes)
    if (shape != kAbsent) count = std::max(count, shape.numel());
  double spacing = 3;
  while (spacing * static_cast<double>(count + 1) > values.high - values.low) spacing /= 2;
  const double offset = static_cast<double>(operand + 1) / static_cast<double>(operands + 1);
  check(spacing / static_cast<double>(operands + 1) > gap, ErrorKind::Internal,
        "harness: no room for ", count, " values ", gap, " apart");
  const double first = std::ceil(values.low / spacing);
  const auto points =
      std::max(array.size(), static_cast<size_t>((values.high - values.low) / spacing));
  std::vector<double> grid(points);
  for (size_t i = 0; i < points; ++i) grid[i] = (first + static_cast<double>(i) + offset) * spacing;
  for (size_t i = 0; i < array.size(); ++i) {
    std::swap(grid[i], grid[i + random.below(static_cast<uint32_t>(points - i))]);
    array.values[i] = grid[i];
  }
}

void draw(Array& array, const Values& values, RandomStream& random) {
  size_t i = 0;
  for (double& value : array.values) {
    if (!values.listed.empty())
      value = static_cast<double>(values.listed[i++ % values.listed.size()]);
    else if (values.below > 0)
      value = random.below(static_cast<uint32_t>(values.below));
    else
      value = random.uniform(static_cast<float>(values.low), static_cast<float>(values.high));
    if (values.whole) value = std::round(value);
  }
}

int repeated_axis(const Shape& shape) {
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] > 1) return axis;
  return -1;
}

// Makes the values repeat along the axis that Layout::Broadcast gives stride 0.
void repeat(Array& array) {
  const int axis = repeated_axis(array.shape);
  if (axis < 0) return;
  size_t i = 0;
  for_each_index(array.shape, [&](const Shape& at) {
    Shape source = at;
    source[axis] = 0;
    int64_t position = 0;
    for (int a = 0; a < source.rank(); ++a) position = position * array.shape[a] + source[a];
    array.values[i++] = array.values[static_cast<size_t>(position)];
  });
}

// Geometry of a view and of the storage it lives in.
struct Placement {
  Shape base;
  Shape strides;
  int64_t offset = 0;
};

Placement placement_of(const Shape& shape, Layout layout) {
  Placement p{shape, shape.contiguous_strides()};
  const int rank = shape.rank();
  if (layout == Layout::Offset || (layout == Layout::Strided && rank == 0)) {
    p = {Shape{shape.numel() + 5}, shape.contiguous_strides(), 3};
  } else if (layout == Layout::Strided) {
    p.base[rank - 1] = shape[rank - 1] * 2 + 1;
    p.strides = p.base.contiguous_strides();
    p.strides[rank - 1] = 2;
    p.offset = 1;
  } else if (layout == Layout::Transposed) {
    std::reverse_copy(shape.begin(), shape.end(), &p.base[0]);
    const Shape reversed = p.base.contiguous_strides();
    std::reverse_copy(reversed.begin(), reversed.end(), &p.strides[0]);
  } else if (layout == Layout::Broadcast) {
    if (const int axis = repeated_axis(shape); axis >= 0) {
      p.base[axis] = 1;
      p.strides = p.base.contiguous_strides();
      p.strides[axis] = 0;
    }
  }
  return p;
}

// Calls f(T{}) for the C++ type of a dtype.
template <class Function>
void with_type(DType dtype, const Function& f) {
  switch (dtype) {
    case DType::F32:
      return f(float{});
    case DType::F64:
      return f(double{});
    case DType::BF16:
      return f(bfloat16{});
    case DType::F16:
      return f(float16{});
    case DType::I64:
      return f(int64_t{});
    case DType::I32:
      return f(int32_t{});
    case DType::U8:
      return f(uint8_t{});
    case DType::Bool:
      return f(bool{});
  }
}

int64_t offset_of(const Shape& strides, const Shape& at) {
  int64_t offset = 0;
  for (int axis = 0; axis < at.rank(); ++axis) offset += at[axis] * strides[axis];
  return offset;
}

}  // namespace

const char* to_string(Layout layout) {
  constexpr const char* kNames[] = {"contiguous", "offset", "strided", "transposed", "broadcast"};
  return kNames[static_cast<size_t>(layout)];
}

Sample make_sample(const OpRow& row, const OpCase& op_case, const Reference& reference,
                   Layout layout, Device device) {
  Sample sample{row, op_case, reference, layout, device, operands_of(row, op_case.shapes.size()),
                {},  {},      {}};
  RandomStream random({.seed = fnv1a(to_string(op_case)), .round = static_cast<uint32_t>(layout)});
  for (size_t i = 0; i < op_case.shapes.size(); ++i) {
    Array array;
    if (op_case.shapes[i] != kAbsent) {
      array = Array(op_case.shapes[i]);
      const Values& values = op_case.values[i];
      if (op_case.kink_gap > 0 && values.below == 0)
        draw_apart(array, op_case, i, random);
      else
        draw(array, values, random);
      for (double& value : array.values) value = static_cast<float>(value);
      if (layout == Layout::Broadcast && !sample.operands[i].constant) repeat(array);
    }
    sample.inputs.push_back(std::move(array));
  }
  sample.expected = reference.run(sample.inputs, op_case.params);
  sample.cotangent = random_array(sample.expected.shape, random);
  if (layout == Layout::Broadcast) repeat(sample.cotangent);
  return sample;
}

std::string describe(const Sample& sample, DType dtype) {
  std::ostringstream out;
  out << to_string(sample.op_case) << ' ' << to_string(sample.layout) << ' ' << dtype;
  return out.str();
}

Tensor place(const Array& values, DType dtype, Layout layout, Device device) {
  if (!values.present) return {};
  const Placement p = placement_of(values.shape, layout);
  Tensor base = Tensor::empty(p.base, dtype);
  with_type(dtype, [&]<class T>(T) {
    T* const first = static_cast<T*>(base.raw_data()) + p.offset;
    size_t i = 0;
    for_each_index(values.shape, [&](const Shape& at) {
      const double value = values.values[i++];
      if constexpr (std::is_arithmetic_v<T>)
        first[offset_of(p.strides, at)] = static_cast<T>(value);
      else
        first[offset_of(p.strides, at)] = T(static_cast<float>(value));
    });
  });
  base.storage().bump_version();  // it was written, here as on a device
  if (device.type != DeviceType::Cpu) {
    Tensor there = Tensor::empty(p.base, dtype, device);
    base = there.copy_(base);
  }
  return base.alias(values.shape, p.strides, p.offset);
}

Array read(const Tensor& tensor) {
  Tensor source = tensor;
  if (tensor.device().type != DeviceType::Cpu) {
    source = Tensor::empty(tensor.shape(), tensor.dtype());
    source.copy_(tensor);
  }
  Array out(source.shape());
  with_type(source.dtype(), [&]<class T>(T) {
    const T* const first = static_cast<const T*>(source.raw_data());
    size_t i = 0;
    for_each_index(source.shape(), [&](const Shape& at) {
      const T value = first[offset_of(source.strides(), at)];
      if constexpr (std::is_arithmetic_v<T>)
        out.values[i++] = static_cast<double>(value);
      else
        out.values[i++] = static_cast<double>(static_cast<float>(value));
    });
  });
  return out;
}

bool can_want_gradient(const Sample& sample, size_t i) {
  return sample.inputs[i].present && !sample.operands[i].constant &&
         sample.op_case.values[i].below == 0;
}

uint32_t full_mask(const Sample& sample) {
  uint32_t mask = 0;
  for (size_t i = 0; i < sample.inputs.size(); ++i)
    if (can_want_gradient(sample, i)) mask |= 1u << i;
  return mask;
}

std::vector<Tensor> place_operands(const Sample& sample, const Arrays& inputs, DType dtype,
                                   Layout layout, uint32_t mask) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Values& values = sample.op_case.values[i];
    const bool fixed = layout == Layout::Broadcast && sample.operands[i].constant;
    tensors.push_back(place(inputs[i], values.below > 0 ? values.integer : dtype,
                            fixed ? Layout::Strided : layout, sample.device));
    if (mask >> i & 1) tensors.back().set_requires_grad(true);
  }
  return tensors;
}

std::vector<Tensor> place_operands(const Sample& sample, DType dtype, uint32_t mask) {
  return place_operands(sample, sample.inputs, dtype, sample.layout, mask);
}

Array random_array(const Shape& shape, RandomStream& random) {
  Array array(shape);
  for (double& value : array.values) value = random.uniform(-1, 1);
  return array;
}

int64_t terms_of(const Sample& sample) {
  if (!sample.reference.terms) return 1;
  std::vector<Shape> shapes;
  for (const Array& input : sample.inputs) shapes.push_back(input.shape);
  return std::max<int64_t>(
      1, sample.reference.terms(shapes, sample.expected.shape, sample.op_case.params));
}

bool by_winograd(const Sample& sample) {
  return sample.device.type == DeviceType::Cpu &&
         takes_winograd(sample.op_case.op, sample.op_case.shapes, sample.op_case.params);
}

bool gradients_by_winograd(const Sample& sample) {
  return sample.device.type == DeviceType::Cpu &&
         gradients_take_winograd(sample.op_case.op, sample.op_case.shapes, sample.op_case.params);
}

size_t largest_extent(const Sample& sample) {
  size_t elements = sample.expected.size();
  for (const Array& input : sample.inputs) elements = std::max(elements, input.size());
  return elements;
}

DType result_dtype(const Sample& sample, DType dtype) {
  const auto* cast = std::get_if<CastParams>(&sample.op_case.params);
  return cast ? cast->dtype : dtype;
}

}  // namespace graft::testing
