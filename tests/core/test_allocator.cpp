#include "graft/core/allocator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>

#include "graft/core/cpu_allocator.h"
#include "graft/core/ops.h"

namespace graft {

TEST_CASE("allocator: live and peak count the bytes asked for, exactly") {
  CpuAllocator memory;
  void* const a = memory.allocate(100, {});
  void* const b = memory.allocate(1, {});
  CHECK(memory.stats().live == 101);
  memory.release(a, 100, {});
  CHECK(memory.stats().live == 1);
  CHECK(memory.stats().peak == 101);
  memory.reset_peak();
  CHECK(memory.stats().peak == 1);
  memory.release(b, 1, {});
  CHECK(memory.stats().live == 0);
  CHECK(memory.stats().allocations == 2);
}

TEST_CASE("allocator: blocks are aligned, as large as asked, and reused") {
  CpuAllocator memory;
  for (size_t bytes = 0; bytes < 70000; bytes += bytes < 300 ? 1 : 997) {
    auto* const block = static_cast<unsigned char*>(memory.allocate(bytes, {}));
    REQUIRE(block != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(block) % 64 == 0);
    for (size_t i = 0; i < bytes; ++i) block[i] = 1;  // the sanitizer watches the end
    memory.release(block, bytes, {});
    CHECK(memory.allocate(bytes, {}) == block);
    memory.release(block, bytes, {});
  }
  CHECK(memory.stats().cached > 0);
  memory.trim();
  CHECK(memory.stats().cached == 0);
}

TEST_CASE("allocator: what many large blocks leave serves a larger one, and the reverse") {
  constexpr size_t kMega = 1 << 20;
  CpuAllocator memory;
  std::vector<void*> blocks;
  for (int i = 0; i < 16; ++i) blocks.push_back(memory.allocate(kMega, {}));
  for (const size_t i : {1, 0, 3, 2, 15, 13, 14, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    memory.release(blocks[i], kMega, {});
  CHECK(memory.stats().cached == 16 * kMega);
  void* const whole = memory.allocate(16 * kMega, {});
  CHECK(memory.stats().cached == 0);
  memory.release(whole, 16 * kMega, {});
  void* const part = memory.allocate(5 * kMega, {});
  CHECK(memory.stats().cached == 11 * kMega);
  memory.trim();
  CHECK(memory.stats().cached == 0);
  std::memset(part, 1, 5 * kMega);
  memory.release(part, 5 * kMega, {});
}

TEST_CASE("allocator: large blocks never overlap, whatever the order") {
  struct Block {
    unsigned char* data;
    size_t bytes;
    unsigned char mark;
  };
  CpuAllocator memory;
  RandomStream random({.seed = 1});
  std::vector<Block> blocks;
  const auto release = [&](size_t i) {
    const Block block = blocks[i];
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
    const auto intact = [&](unsigned char c) { return c == block.mark; };
    CHECK(std::all_of(block.data, block.data + block.bytes, intact));
    memory.release(block.data, block.bytes, {});
  };
  for (int i = 0; i < 400; ++i) {
    if (blocks.size() > 12) release(random.below(static_cast<uint32_t>(blocks.size())));
    const size_t bytes = (256 << 10) + random.below(1 << 20);
    auto* const data = static_cast<unsigned char*>(memory.allocate(bytes, {}));
    CHECK(reinterpret_cast<uintptr_t>(data) % 64 == 0);
    blocks.push_back({data, bytes, static_cast<unsigned char>(i)});
    std::fill_n(data, bytes, blocks.back().mark);
  }
  while (!blocks.empty()) release(0);
  CHECK(memory.stats().live == 0);
}

TEST_CASE("allocator: a request no machine can serve is an error, not a small block") {
  CpuAllocator memory;
  CHECK_THROWS_AS(memory.allocate(std::numeric_limits<size_t>::max(), {}), Error);
  CHECK_THROWS_AS(memory.allocate(std::numeric_limits<size_t>::max() / 2, {}), Error);
  CHECK(memory.stats().live == 0);
}

TEST_CASE("allocator: over the budget the error names op, shape and bytes; state is kept") {
  Allocator& memory = allocator({});
  const Tensor x = Tensor::full({1000}, 1.0);
  const size_t live = memory.stats().live;
  memory.set_budget(live + 3999);
  try {
    exp(x);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::OutOfMemory);
    CHECK(std::string(error.what()) ==
          "exp: out of memory: 4000 bytes on cpu would exceed the budget of " +
              std::to_string(live + 3999) + " (" + std::to_string(live) +
              " in use) for f32 [1000]");
  }
  CHECK(memory.stats().live == live);
  CHECK(x.values<float>()[999] == 1);
  memory.set_budget(live + 4000);
  CHECK_NOTHROW(exp(x));
  memory.set_budget(kNoBudget);
}

TEST_CASE("allocator: an optimistic copy_ that runs out of memory changes nothing") {
  Allocator& memory = allocator({});
  Tensor a = Tensor::full({1000}, 1.0);
  memory.set_budget(memory.stats().live);
  CHECK_THROWS_AS(a.copy_(slice(a, 0, 0, 1000)), Error);  // needs a copy of itself
  memory.set_budget(kNoBudget);
  CHECK(a.values<float>()[0] == 1);
  CHECK(a.storage().version() == 0);
}

TEST_CASE("allocator: counters hold when many threads allocate") {
  CpuAllocator memory;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&memory, t] {
      for (size_t i = 1; i < 2000; ++i) {
        const size_t bytes = i * static_cast<size_t>(t + 1);
        memory.release(memory.allocate(bytes, {}), bytes, {});
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(memory.stats().live == 0);
}

TEST_CASE("allocator: an absent device says so") {
  CHECK_THROWS_WITH_AS(allocator({DeviceType::Cuda, 1}), "graft: device cuda:1 is not available",
                       Error);
}

}  // namespace graft
