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
  void set(cudnnBackendAttributeName_t name, std::span<const int64_t> values);
  void set(cudnnBackendAttributeName_t name, int64_t value);
  void set(cudnnBackendAttributeName_t name, double value);
  void set(cudnnBackendAttributeName_t name, float value);
  void set(cudnnBackendAttributeName_t name, bool value);
  void set(cudnnBackendAttributeName_t name, cudnnDataType_t value);
  void set(cudnnBackendAttributeName_t name, cudnnConvolutionMode_t value);
  void set(cudnnBackendAttributeName_t name, cudnnPointwiseMode_t value);
  void set(cudnnBackendAttributeName_t name, cudnnBackendHeurMode_t value);
  void set(cudnnBackendAttributeName_t name, cudnnHandle_t value);
  void set(cudnnBackendAttributeName_t name, cudnnBackendDescriptor_t value);
  void set(cudnnBackendAttributeName_t name, std::span<const cudnnBackendDescriptor_t> values);

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
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace graft::cuda
