// The recording that a thread is making (recording.h), for those whom it concerns: dispatch,
// storage, and operations with something to say about it.
#pragma once

#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graft/core/recorded_memory.h"
#include "graft/core/tensor.h"

namespace graft {

class Recorder {
 public:
  /// What is done in each run.
  class Call {
   public:
    virtual ~Call() = default;
    virtual void run() = 0;
  };
  using Calls = std::vector<std::unique_ptr<Call>>;

  /// From here on this thread records what it does on the stream; on the CPU the results and
  /// intermediate values may take `memory_limit` bytes.
  Recorder(Stream stream, size_t memory_limit);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The recorder of this thread; null outside of a recording.
  static Recorder* current() noexcept { return current_; }

  /// Error(Device) unless the operation works where the recording does.
  void check_device(const char* operation, Device device) const;
  /// Whether calls of kernels are for this object to hold; else the device's backend records them.
  bool holds_kernels() const { return memory_ != nullptr; }
  /// Where results and operations' own tensors are allocated; null: by the device as ever.
  Allocator* memory() const { return memory_.get(); }
  /// Adds a call to each run: in the order of adding, before what a backend has recorded.
  void add(std::unique_ptr<Call> call) { calls_.push_back(std::move(call)); }
  /// Lets an operand, if there is one, live as long as the recording.
  void keep(const Tensor& operand);
  /// Says that each run changes the content of `tensor`.
  void add_write(const Tensor& tensor);

  /// What was recorded, to be kept together.
  struct Result {
    Calls calls;
    std::unordered_set<std::shared_ptr<Storage>> operands;
    RecordedMemory::Handle memory;
  };
  Result take();

 private:
  static thread_local constinit Recorder* current_;
  const Stream stream_;
  RecordedMemory::Handle memory_;
  Calls calls_;
  std::unordered_set<std::shared_ptr<Storage>> operands_;
};

/// Does `action` now, or in each run of the recording that is being made.
template <class Action>
void do_each_run(Action action) {
  struct Kept final : Recorder::Call {
    explicit Kept(Action given) : action(std::move(given)) {}
    void run() override { action(); }
    Action action;
  };
  if (Recorder* const recorder = Recorder::current())
    recorder->add(std::make_unique<Kept>(std::move(action)));
  else
    action();
}

/// For what has no place in a recording: Error(Device) "op: cannot be recorded: why" while one is
/// made.
void refuse_recording(const char* op, const char* why);

}  // namespace graft
