#include "support/host_device_backend.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "graft/core/error.h"
#include "support/host_device_memory.h"

namespace graft::testing {
namespace {

constexpr int kDevices = 2;

// Guards the queues of all streams: an event ties them together.
std::recursive_mutex& queue_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

// Work that was queued and has not happened yet, in order.
class Queue {
 public:
  void add(std::function<void()> work) {
    const std::lock_guard lock(queue_mutex());
    pending_.push_back(std::move(work));
    ++added_;
  }
  size_t added() const { return added_; }
  // Does all that was added before the first `count` were.
  void run_to(size_t count) {
    const std::lock_guard lock(queue_mutex());
    while (done_ < count) {
      const std::function<void()> work = std::move(pending_.front());
      pending_.pop_front();
      ++done_;
      work();
    }
  }
  void run() { run_to(added_); }

 private:
  std::deque<std::function<void()>> pending_;
  size_t added_ = 0, done_ = 0;
};

Queue& queue_of(Stream stream) { return *static_cast<Queue*>(stream.native); }

class HostEvent final : public Event {
 public:
  void record(Stream stream) override {
    queue_ = &queue_of(stream);
    position_ = queue_->added();
    time_ = std::chrono::steady_clock::now();
  }
  void wait(Stream stream) override {
    if (queue_)
      queue_of(stream).add([queue = queue_, position = position_] { queue->run_to(position); });
  }
  void synchronize() override {
    if (queue_) queue_->run_to(position_);
  }
  double seconds_since(const Event& earlier) const override {
    const auto& other = dynamic_cast<const HostEvent&>(earlier);
    return std::chrono::duration<double>(time_ - other.time_).count();
  }

 private:
  Queue* queue_ = nullptr;
  size_t position_ = 0;
  std::chrono::steady_clock::time_point time_;
};

class HostDeviceBackend final : public DeviceBackend {
 public:
  explicit HostDeviceBackend(const char* (*current_op)() noexcept) : current_op_(current_op) {
    for (int i = 0; i < kDevices; ++i) {
      memory_.push_back(std::make_unique<HostDeviceMemory>(i, current_op));
      defaults_.push_back(create_stream(i));
    }
  }

  int device_count() const override { return kDevices; }
  DeviceInfo describe(int) const override {
    return {.name = "Host memory",
            .architecture = "none",
            .memory_bytes = size_t{1} << 31,
            .free_bytes = size_t{1} << 31};
  }
  HostDeviceMemory& memory(int index) { return *memory_.at(static_cast<size_t>(index)); }
  Allocator& allocator(int index) override { return memory(index); }

  Stream default_stream(int index) override { return defaults_.at(static_cast<size_t>(index)); }
  Stream create_stream(int index) override {
    const std::lock_guard lock(queue_mutex());
    queues_.push_back(std::make_unique<Queue>());
    return {{DeviceType::Cuda, index}, queues_.back().get()};
  }
  // Events may still point to it.
  void destroy_stream(Stream stream) noexcept override { queue_of(stream).run(); }
  void synchronize(Stream stream) override { queue_of(stream).run(); }
  std::unique_ptr<Event> create_event(int, bool) override { return std::make_unique<HostEvent>(); }

  void upload(void* to, const void* from, size_t bytes, Stream stream) override {
    queue_copy(stream.device, to, stream.device, from, bytes, stream);
    if (!is_pinned(from)) queue_of(stream).run();
  }
  void download(void* to, const void* from, size_t bytes, Stream stream) override {
    queue_copy(stream.device, to, stream.device, from, bytes, stream);
    if (!is_pinned(to)) queue_of(stream).run();
  }
  void copy(void* to, const void* from, Device source, size_t bytes, Stream stream) override {
    queue_copy(stream.device, to, source, from, bytes, stream);
  }

  void* allocate_host(size_t bytes) override {
    const std::lock_guard lock(queue_mutex());
    void* const data = std::malloc(bytes);
    check(data != nullptr, ErrorKind::OutOfMemory, current_op_(), ": out of memory: ", bytes,
          " bytes of pinned memory");
    pinned_[data] = bytes;
    return data;
  }
  void release_host(void* data) noexcept override {
    const std::lock_guard lock(queue_mutex());
    pinned_.erase(data);
    std::free(data);
  }
  size_t pinned_bytes() const {
    size_t sum = 0;
    for (const auto& [data, bytes] : pinned_) sum += bytes;
    return sum;
  }

  void begin_capture(Stream) override {
    fail(ErrorKind::Device, current_op_(), ": host memory records nothing");
  }
  std::unique_ptr<CapturedWork> end_capture(Stream) override { return nullptr; }
  void abandon_capture(Stream) noexcept override {}

 private:
  bool is_pinned(const void* data) const {
    const std::lock_guard lock(queue_mutex());
    const auto after = pinned_.upper_bound(const_cast<void*>(data));
    if (after == pinned_.begin()) return false;
    const auto& [begin, bytes] = *std::prev(after);
    return static_cast<const std::byte*>(data) < static_cast<std::byte*>(begin) + bytes;
  }

  void queue_copy(Device one, void* to, Device other, const void* from, size_t bytes,
                  Stream stream) {
    queue_of(stream).add([&a = memory(one.index), to, &b = memory(other.index), from, bytes] {
      const HostDeviceMemory::Access access_a(a), access_b(b);
      std::memcpy(to, from, bytes);
    });
  }

  const char* (*const current_op_)() noexcept;
  std::vector<std::unique_ptr<HostDeviceMemory>> memory_;
  std::vector<std::unique_ptr<Queue>> queues_;
  std::vector<Stream> defaults_;
  std::map<void*, size_t> pinned_;
};

HostDeviceBackend* backend = nullptr;  // never destroyed: memory may outlive everything
SlotTable* kernels = nullptr;

// A slot's CPU kernel, once the stream has come to it.
template <auto kSlot>
struct InOrder;
template <class... Args, Slot<void(Args...)> SlotTable::*kSlot>
struct InOrder<kSlot> {
  static void run(const KernelCtx& ctx, Args... args) {
    queue_of(ctx.stream).run();
    const HostDeviceMemory::Access access(backend->memory(ctx.stream.device.index));
    (kernels->*kSlot).kernel[static_cast<size_t>(DeviceType::Cpu)](ctx, args...);
  }
};

}  // namespace

DeviceBackend& host_device_backend(const char* (*current_op)() noexcept) {
  if (!backend) backend = new HostDeviceBackend(current_op);
  return *backend;
}

void install_host_kernels(SlotTable& table) {
  kernels = &table;
  constexpr auto kCuda = static_cast<size_t>(DeviceType::Cuda);
#define SLOT(name, ...) table.name.kernel[kCuda] = &InOrder<&SlotTable::name>::run;
#include "graft/core/kernel_slots.def"
#undef SLOT
}

void leave_memory_open() {
  for (int i = 0; i < kDevices; ++i) new HostDeviceMemory::Access(backend->memory(i));
}

size_t pinned_bytes() { return backend ? backend->pinned_bytes() : 0; }

}  // namespace graft::testing
