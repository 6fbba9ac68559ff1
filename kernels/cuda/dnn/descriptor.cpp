#include "graft/kernels/cuda/dnn/descriptor.h"

#include <utility>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {

void dnn_check(cudnnStatus_t status, const char* call) {
  check(status == CUDNN_STATUS_SUCCESS, ErrorKind::Device, current_op(), ": ", call, ": ",
        cudnnGetErrorString(status));
}

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) {
  dnn_check(cudnnBackendCreateDescriptor(type, &descriptor_), "cudnnBackendCreateDescriptor");
}

Descriptor::~Descriptor() {
  if (descriptor_) cudnnBackendDestroyDescriptor(descriptor_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, nullptr)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void Descriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                     int64_t count, const void* values) {
  dnn_check(cudnnBackendSetAttribute(descriptor_, name, type, count, values),
            "cudnnBackendSetAttribute");
}

void Descriptor::set_all(cudnnBackendAttributeName_t name, std::span<const int64_t> values) {
  set(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
}
void Descriptor::set_all(cudnnBackendAttributeName_t name,
                         std::span<const cudnnBackendDescriptor_t> values) {
  set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<int64_t>(values.size()), values.data());
}

bool Descriptor::try_finalize() noexcept {
  return cudnnBackendFinalize(descriptor_) == CUDNN_STATUS_SUCCESS;
}

void Descriptor::finalize() {
  dnn_check(cudnnBackendFinalize(descriptor_), "cudnnBackendFinalize");
}

int64_t Descriptor::get_int(cudnnBackendAttributeName_t name) const {
  int64_t value = 0;
  read(name, CUDNN_TYPE_INT64, 1, &value);
  return value;
}

int64_t Descriptor::count(cudnnBackendAttributeName_t name,
                          cudnnBackendAttributeType_t type) const {
  return read(name, type, 0, nullptr);
}

int64_t Descriptor::read(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                         int64_t capacity, void* values) const {
  int64_t written = 0;
  dnn_check(cudnnBackendGetAttribute(descriptor_, name, type, capacity, &written, values),
            "cudnnBackendGetAttribute");
  return written;
}

}  // namespace graft::cuda
