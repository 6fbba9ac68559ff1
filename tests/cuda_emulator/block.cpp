#include "cuda_emulator/block.h"

#include <array>
#include <initializer_list>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

#include "cuda_emulator/device_code.h"
#include "cuda_emulator/fiber.h"
#include "cuda_emulator/kernel_name.h"

namespace graft::emulator {
namespace {

constexpr int kLanes = 32;
constexpr unsigned kAllLanes = 0xffffffffu;
constexpr unsigned kMostThreads = 1024;

enum class State : uint8_t { Waiting, Ready, Running, WaitingForBlock, WaitingForWarp, Returned };

struct Thread {
  State state = State::Waiting;
  Fiber* fiber = nullptr;
  uint3 index;
};

// What a warp has handed in at a primitive. Results stay until the warp's next but one: by then
// every lane has read them.
struct Warp {
  int arrived = 0;
  unsigned generation = 0;
  const char* primitive = nullptr;
  std::array<uint64_t, kLanes> given{};
  std::array<std::array<uint64_t, kLanes>, 2> result{};
};

// The block that runs. A fiber takes the next thread when its own has returned, so a kernel without
// barriers never changes stacks.
struct Block {
  KernelCall kernel;
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  std::vector<int> ready;  // threads to enter again
  size_t next_ready = 0;
  int started = 0, returned = 0, at_barrier = 0;
  int current = 0;
  bool backwards = false;
  std::string fault;

  Context scheduler;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber*> idle;
  Fiber* running = nullptr;

  int count() const { return static_cast<int>(threads.size()); }
  Thread& thread() { return threads[static_cast<size_t>(current)]; }
};

Block block;

void leave() { switch_context(block.running->context, block.scheduler); }

void set_current(int number) {
  block.current = number;
  threadIdx = block.thread().index;
}

// The fiber is never entered again, so nothing of it may own memory.
[[noreturn]] void stop(std::initializer_list<const char*> fault) {
  for (const char* part : fault) block.fault += part;
  for (;;) leave();
}

void fiber_main() {
  for (;;) {
    while (block.started < block.count()) {
      const int number = block.backwards ? block.count() - 1 - block.started : block.started;
      ++block.started;
      set_current(number);
      block.thread().state = State::Running;
      block.thread().fiber = block.running;
      block.kernel.call(block.kernel.arguments);
      block.thread().state = State::Returned;
      ++block.returned;
    }
    block.idle.push_back(block.running);
    leave();
  }
}

void wait(State state) {
  const int number = block.current;
  block.thread().state = state;
  leave();
  set_current(number);
  block.thread().state = State::Running;
}

void release(State state, int begin, int end) {
  for (int i = begin; i < end; ++i) {
    const int number = block.backwards ? begin + end - 1 - i : i;
    Thread& thread = block.threads[static_cast<size_t>(number)];
    if (thread.state != state) continue;
    thread.state = State::Ready;
    block.ready.push_back(number);
  }
}

std::string describe_deadlock() {
  std::array<int, 6> of_state{};
  for (const Thread& thread : block.threads) ++of_state[static_cast<size_t>(thread.state)];
  const auto in = [&](State state) { return of_state[static_cast<size_t>(state)]; };
  std::ostringstream text;
  text << in(State::Returned) << " threads returned";
  if (const int n = in(State::WaitingForBlock)) text << ", " << n << " wait at __syncthreads";
  for (const Warp& warp : block.warps)
    if (warp.arrived > 0) {
      text << ", " << warp.arrived << " lanes of warp " << &warp - block.warps.data() << " wait at "
           << warp.primitive;
    }
  return text.str();
}

void run_block() {
  for (Thread& thread : block.threads) thread.state = State::Waiting;
  for (Warp& warp : block.warps) warp.arrived = 0;
  block.ready.clear();
  block.next_ready = 0;
  block.started = block.returned = block.at_barrier = 0;
  while (block.returned < block.count() && block.fault.empty()) {
    if (block.next_ready < block.ready.size()) {
      block.current = block.ready[block.next_ready++];
      block.running = block.thread().fiber;
    } else if (block.started < block.count()) {
      if (block.idle.empty()) {
        block.fibers.push_back(std::make_unique<Fiber>(&fiber_main));
        block.idle.push_back(block.fibers.back().get());
      }
      block.running = block.idle.back();
      block.idle.pop_back();
    } else {
      block.fault = describe_deadlock();
      break;
    }
    if (block.next_ready == block.ready.size()) {
      block.ready.clear();
      block.next_ready = 0;
    }
    switch_context(block.scheduler, block.running->context);
  }
  if (block.fault.empty()) return;
  std::ostringstream text;
  text << "kernel " << kernel_name(block.kernel.function) << ", block (" << blockIdx.x << ", "
       << blockIdx.y << ", " << blockIdx.z << "): " << block.fault;
  block.fault.clear();
  block.idle.clear();  // fibers that are in the middle of a kernel are of no more use
  block.fibers.clear();
  throw Fault(text.str());
}

void prepare(const KernelCall& kernel, dim3 grid, dim3 threads, bool backwards) {
  const unsigned count = threads.x * threads.y * threads.z;
  if (count == 0 || count > kMostThreads)
    throw Fault("kernel " + kernel_name(kernel.function) + ": block of " + std::to_string(count) +
                " threads");
  block.kernel = kernel;
  block.backwards = backwards;
  block.threads.assign(count, {});
  block.warps.assign((count + kLanes - 1) / kLanes, {});
  for (unsigned i = 0; i < count; ++i)
    block.threads[i].index = {i % threads.x, i / threads.x % threads.y, i / threads.x / threads.y};
  gridDim = grid;
  blockDim = threads;
}

}  // namespace

void run_grid(const KernelCall& kernel, dim3 grid, dim3 threads, bool backwards) {
  prepare(kernel, grid, threads, backwards);
  const uint64_t blocks = uint64_t{grid.x} * grid.y * grid.z;
  for (uint64_t i = 0; i < blocks; ++i) {
    const uint64_t number = backwards ? blocks - 1 - i : i;
    blockIdx = {static_cast<unsigned>(number % grid.x),
                static_cast<unsigned>(number / grid.x % grid.y),
                static_cast<unsigned>(number / grid.x / grid.y)};
    run_block();
  }
}

void synchronize_block() {
  if (++block.at_barrier == block.count()) {
    block.at_barrier = 0;
    release(State::WaitingForBlock, 0, block.count());
    return;
  }
  wait(State::WaitingForBlock);
}

const uint64_t* exchange(const char* primitive, unsigned mask, uint64_t value) {
  if (mask != kAllLanes) stop({primitive, " without the mask of all lanes"});
  const int first = block.current / kLanes * kLanes;
  Warp& warp = block.warps[static_cast<size_t>(first / kLanes)];
  if (warp.arrived > 0 && std::string_view(warp.primitive) != primitive)
    stop({"lanes of a warp at ", warp.primitive, " and at ", primitive});
  warp.primitive = primitive;
  warp.given[static_cast<size_t>(lane())] = value;
  const std::array<uint64_t, kLanes>& result = warp.result[warp.generation % 2];
  if (++warp.arrived == kLanes) {
    warp.arrived = 0;
    warp.result[warp.generation++ % 2] = warp.given;
    release(State::WaitingForWarp, first, first + kLanes);
  } else {
    wait(State::WaitingForWarp);
  }
  return result.data();
}

int lane() { return block.current % kLanes; }

}  // namespace graft::emulator
