// Tensor: a handle to {storage, shape, strides, offset, dtype} and, only where a gradient is
// involved, an autograd record. Copying a handle shares; views share the storage.
//
// Thread rule: distinct handles may be used from distinct threads as long as nobody writes the
// shared storage or sets gradients; one handle is not for concurrent modification.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "graft/core/device.h"
#include "graft/core/dtype.h"
#include "graft/core/error.h"
#include "graft/core/shape.h"
#include "graft/core/storage.h"

namespace graft {

struct AutogradMeta;

struct TensorImpl {
  std::shared_ptr<Storage> storage;
  Shape shape, strides;
  int64_t offset = 0;
  DType dtype = DType::F32;
  std::unique_ptr<AutogradMeta> autograd;  // null when no gradient is involved

  TensorImpl();
  ~TensorImpl();
};

class Tensor {
 public:
  /// An undefined tensor: stands for "none".
  Tensor() = default;
  explicit Tensor(std::shared_ptr<TensorImpl> impl) : impl_(std::move(impl)) {}

  /// Uninitialised contiguous memory. Error(OutOfMemory) names the running op, shape and bytes.
  static Tensor empty(const Shape& shape, DType dtype = DType::F32, Device device = {});
  static Tensor zeros(const Shape& shape, DType dtype = DType::F32, Device device = {});
  static Tensor full(const Shape& shape, double value, DType dtype = DType::F32,
                     Device device = {});
  /// Copies `values` (row-major) into a new CPU tensor; Error(Shape) unless the counts agree.
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape);
  template <class T>
  static Tensor from(const std::vector<T>& values, const Shape& shape) {
    return from(std::span<const T>(values), shape);
  }

  bool defined() const { return impl_ != nullptr; }
  const Shape& shape() const { return impl().shape; }
  const Shape& strides() const { return impl().strides; }
  int rank() const { return shape().rank(); }
  /// Extent of an axis; -1 is the last.
  int64_t dim(int axis) const { return shape().at(axis); }
  int64_t numel() const { return shape().numel(); }
  DType dtype() const { return impl().dtype; }
  Device device() const { return impl().storage->device(); }
  /// Bytes of the elements (a view may share a larger storage).
  size_t bytes() const { return static_cast<size_t>(numel()) * size_of(dtype()); }
  bool is_contiguous() const;

  /// First element; Error(DType) unless T is the element type, Error(Device) unless on the CPU.
  /// Writing through it goes unnoticed: where something was computed from the tensor before, call
  /// storage().bump_version() afterwards, or use copy_().
  template <class T>
  T* data();
  template <class T>
  const T* data() const;
  void* raw_data() const;
  /// The elements of a contiguous CPU tensor, in row-major order.
  template <class T>
  std::span<const T> values() const;
  /// The value of a one-element tensor of any dtype.
  double item() const;

  /// True for a leaf that wants a gradient and for every result computed from one.
  bool requires_grad() const;
  /// Makes a leaf want (or not want) a gradient. Error(Autograd) for a computed tensor,
  /// Error(DType) for a type without gradients.
  Tensor& set_requires_grad(bool wanted);
  /// The gradient accumulated in a leaf; undefined before the first backward().
  Tensor grad() const;
  void set_grad(Tensor gradient);
  /// A tensor on the same storage, without autograd record.
  Tensor detach() const;
  /// A contiguous copy with its own storage, detached.
  Tensor clone() const;
  /// Overwrites the elements with those of `source` (same shape; dtype and device may differ) and
  /// bumps the version. Not recorded; Error(Autograd) on a computed tensor while recording.
  Tensor& copy_(const Tensor& source);
  /// Moves a leaf and its gradient to another device. All handles to it follow; views of it keep
  /// the old storage. Error(Autograd) for a computed tensor: to_device() is for those.
  Tensor& move_to(Device device);
  /// Fills in place, with the rules of copy_().
  Tensor& fill_(double value);

  /// A view: same storage, given geometry. For implementors of view operations.
  Tensor alias(const Shape& shape, const Shape& strides, int64_t offset) const;

  TensorImpl& impl() const {
    if (!impl_) [[unlikely]]
      fail_undefined();
    return *impl_;
  }
  const std::shared_ptr<TensorImpl>& impl_ptr() const { return impl_; }
  Storage& storage() const { return *impl().storage; }

 private:
  [[noreturn]] static void fail_undefined();
  void check_access(DType wanted) const;
  void check_writable(const char* op) const;

  std::shared_ptr<TensorImpl> impl_;
};

/// `t` as a detached view in a shape it broadcasts to: stride 0 along the repeated axes.
Tensor broadcast_view(const Tensor& t, const Shape& shape);

template <class T>
T* Tensor::data() {
  check_access(dtype_of<T>());
  return static_cast<T*>(raw_data());
}

template <class T>
const T* Tensor::data() const {
  check_access(dtype_of<T>());
  return static_cast<const T*>(raw_data());
}

template <class T>
std::span<const T> Tensor::values() const {
  check(is_contiguous(), ErrorKind::Shape, "values: tensor is not contiguous: ", shape());
  return {data<T>(), static_cast<size_t>(numel())};
}

template <class T>
Tensor Tensor::from(std::span<const T> values, const Shape& shape) {
  check(static_cast<int64_t>(values.size()) == shape.numel(), ErrorKind::Shape,
        "from: ", values.size(), " values for shape ", shape);
  Tensor out = empty(shape, dtype_of<T>());
  std::copy(values.begin(), values.end(), out.data<T>());
  return out;
}

}  // namespace graft
