#include "graft/core/recorder.h"

namespace graft {

thread_local constinit Recorder* Recorder::current_ = nullptr;

Recorder::Recorder(Stream stream, size_t memory_limit) : stream_(stream) {
  check(current_ == nullptr, ErrorKind::Argument, "recording: one is being made on this thread");
  if (stream.device.type == DeviceType::Cpu)
    memory_ = RecordedMemory::create(allocator(stream.device), memory_limit);
  current_ = this;
}

Recorder::~Recorder() { current_ = nullptr; }

void Recorder::check_device(const char* operation, Device device) const {
  check(device == stream_.device, ErrorKind::Device, operation, ": cannot be recorded: works on ",
        device, ", the recording is of ", stream_.device);
}

// A tensor of the recording's own memory may go: its bytes stay.
void Recorder::keep(const Tensor& operand) {
  if (!operand.defined()) return;
  const std::shared_ptr<Storage>& storage = operand.impl().storage;
  if (!memory_ || &storage->memory() != memory_.get()) operands_.insert(storage);
}

void Recorder::add_write(const Tensor& tensor) {
  do_each_run([storage = std::weak_ptr(tensor.impl().storage)] {
    if (const std::shared_ptr<Storage> written = storage.lock()) written->bump_version();
  });
}

Recorder::Result Recorder::take() {
  return {std::move(calls_), std::move(operands_), std::move(memory_)};
}

void refuse_recording(const char* op, const char* why) {
  check(!Recorder::current(), ErrorKind::Device, op, ": cannot be recorded: ", why);
}

}  // namespace graft
