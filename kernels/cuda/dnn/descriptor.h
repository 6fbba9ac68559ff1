// One object of cuDNN's graph interface: typed attributes, then finalize(), then read-only.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace graft::cuda {

/// Error(Device) "op: call: text of the status" unless it is success.
void dnn_check(cudnnStatus_t status, const char* call);

class Descriptor {
 public:
  explicit Descriptor(cudnnBackendDescriptorType_t type);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  cudnnBackendDescriptor_t get() const { return descriptor_; }

  /// Error(Device) if cuDNN refuses.
  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count,
           const void* values);
  void set_all(cudnnBackendAttributeName_t name, std::span<const int64_t> values);
  /// One value; its type says the attribute's.
  template <class T>
  void set(cudnnBackendAttributeName_t name, const T& value) {
    set(name, attribute_type(value), 1, &value);
  }
  void set_all(cudnnBackendAttributeName_t name, std::span<const cudnnBackendDescriptor_t> values);

  /// Whether it is complete and cuDNN supports it.
  bool try_finalize() noexcept;
  /// Error(Device) unless try_finalize().
  void finalize();

  int64_t get_int(cudnnBackendAttributeName_t name) const;
  /// How many values the attribute holds.
  int64_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;
  /// Up to `capacity` values; the number written.
  int64_t read(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t capacity,
               void* values) const;

 private:
  static constexpr auto attribute_type(int64_t) { return CUDNN_TYPE_INT64; }
  static constexpr auto attribute_type(double) { return CUDNN_TYPE_DOUBLE; }
  static constexpr auto attribute_type(bool) { return CUDNN_TYPE_BOOLEAN; }
  static constexpr auto attribute_type(cudnnDataType_t) { return CUDNN_TYPE_DATA_TYPE; }
  static constexpr auto attribute_type(cudnnConvolutionMode_t) {
    return CUDNN_TYPE_CONVOLUTION_MODE;
  }
  static constexpr auto attribute_type(cudnnPointwiseMode_t) { return CUDNN_TYPE_POINTWISE_MODE; }
  static constexpr auto attribute_type(cudnnNanPropagation_t) {
    return CUDNN_TYPE_NAN_PROPOGATION;  // so spelt there
  }
  static constexpr auto attribute_type(cudnnBackendHeurMode_t) { return CUDNN_TYPE_HEUR_MODE; }
  static constexpr auto attribute_type(cudnnHandle_t) { return CUDNN_TYPE_HANDLE; }
  static constexpr auto attribute_type(cudnnBackendDescriptor_t) {
    return CUDNN_TYPE_BACKEND_DESCRIPTOR;
  }

  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace graft::cuda
