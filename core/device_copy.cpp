#include "graft/core/device_copy.h"

#include "graft/core/device_backend.h"
#include "graft/core/dispatch.h"
#include "graft/core/stream.h"

namespace graft {
namespace {

// Both contiguous and of one dtype.
void copy_bytes(const Tensor& source, const Tensor& target) {
  const size_t bytes = source.bytes();
  if (bytes == 0) return;
  const Device from = source.device(), to = target.device();
  if (from.type == DeviceType::Cpu) {
    require_backend(to).upload(target.raw_data(), source.raw_data(), bytes, current_stream(to));
  } else if (to.type == DeviceType::Cpu) {
    require_backend(from).download(target.raw_data(), source.raw_data(), bytes,
                                   current_stream(from));
    synchronize(from);
  } else {
    synchronize(from);
    require_backend(to).copy(target.raw_data(), source.raw_data(), from, bytes, current_stream(to));
  }
}

}  // namespace

void copy_between_devices(const Tensor& source, const Tensor& target) {
  // What has to be rearranged or converted is so before it leaves, on its own device.
  if (!source.is_contiguous() || source.dtype() != target.dtype()) {
    const Tensor packed = Tensor::empty(source.shape(), target.dtype(), source.device());
    run(slots().copy, source, packed);
    return copy_between_devices(packed, target);
  }
  if (target.is_contiguous()) return copy_bytes(source, target);
  const Tensor arrived = Tensor::empty(source.shape(), source.dtype(), target.device());
  copy_bytes(source, arrived);
  run(slots().copy, arrived, target);
}

}  // namespace graft
