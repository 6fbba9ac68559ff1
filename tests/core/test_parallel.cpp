#include "graft/core/parallel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "graft/core/error.h"
#include "support/thread_count.h"

namespace graft {
TEST_CASE("parallel: every chunk runs once, for any number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    const testing::ThreadCount scope(threads);
    CHECK(num_threads() == threads);
    for (const int64_t chunks : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(chunks));
      parallel_for(chunks, [&](int64_t chunk, int worker) {
        CHECK((worker >= 0 && worker < threads));
        ++runs[static_cast<size_t>(chunk)];
      });
      for (const auto& count : runs) CHECK(count == 1);
    }
  }
}

TEST_CASE("parallel: running chunks never share a worker number") {
  const testing::ThreadCount scope(4);
  std::vector<std::atomic<int>> users(4);
  std::atomic<bool> clash{false};
  for (int job = 0; job < 200; ++job)
    parallel_for(16, [&](int64_t, int worker) {
      auto& user = users[static_cast<size_t>(worker)];
      if (user.fetch_add(1) != 0) clash = true;
      std::this_thread::yield();
      user.fetch_sub(1);
    });
  CHECK_FALSE(clash);
}

TEST_CASE("parallel: short jobs in a row, of which workers miss some, each run whole") {
  const testing::ThreadCount scope(4);
  std::vector<int> written(64);
  for (int job = 1; job <= 5000; ++job) {
    const int chunks = 2 + job % 40;
    parallel_for(chunks, [&](int64_t chunk, int) { written[static_cast<size_t>(chunk)] = job; });
    const auto end = written.begin() + chunks;
    REQUIRE(std::all_of(written.begin(), end, [&](int value) { return value == job; }));
  }
}

TEST_CASE("parallel: a thread's own share comes first, in order, then what others left") {
  const testing::ThreadCount scope(2);
  for (int job = 0; job < 200; ++job) {
    std::vector<std::vector<int64_t>> order(2);
    parallel_for(11, [&](int64_t chunk, int worker) {
      order[static_cast<size_t>(worker)].push_back(chunk);
      std::this_thread::yield();
    });
    for (int64_t worker = 0; worker < 2; ++worker) {
      const auto foreign = [&](int64_t chunk) { return (chunk >= 6) != (worker == 1); };
      const std::vector<int64_t>& chunks = order[static_cast<size_t>(worker)];
      const auto first = std::find_if(chunks.begin(), chunks.end(), foreign);
      CHECK(std::is_sorted(chunks.begin(), first));
      CHECK(std::all_of(first, chunks.end(), foreign));
    }
  }
}

TEST_CASE("parallel: ranges have borders that depend on the count and the grain alone") {
  const testing::ThreadCount scope(3);
  std::vector<std::atomic<int>> covered(103);
  parallel_ranges(103, 10, [&](int64_t begin, int64_t end) {
    CHECK(begin % 10 == 0);
    CHECK(end == std::min<int64_t>(begin + 10, 103));
    for (int64_t i = begin; i < end; ++i) ++covered[static_cast<size_t>(i)];
  });
  for (const auto& count : covered) CHECK(count == 1);
}

TEST_CASE("parallel: an exception reaches the caller, and the pool still works") {
  const testing::ThreadCount scope(4);
  for (const int64_t failing : {0, 57, 99}) {
    CHECK_THROWS_WITH_AS(parallel_for(100,
                                      [&](int64_t chunk, int) {
                                        if (chunk == failing) throw std::runtime_error("chunk");
                                      }),
                         "chunk", std::runtime_error);
    std::atomic<int> runs{0};
    parallel_for(100, [&](int64_t, int) { ++runs; });
    CHECK(runs == 100);
  }
}

TEST_CASE("parallel: a job inside a job runs serially") {
  const testing::ThreadCount scope(4);
  std::atomic<int> runs{0};
  std::atomic<bool> moved{false};
  parallel_for(8, [&](int64_t, int) {
    const auto here = std::this_thread::get_id();
    parallel_for(8, [&](int64_t, int) {
      if (std::this_thread::get_id() != here) moved = true;
      ++runs;
    });
  });
  CHECK(runs == 64);
  CHECK_FALSE(moved);
}

TEST_CASE("parallel: many threads may call at once") {
  const testing::ThreadCount scope(3);
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([&] {
      for (int job = 0; job < 300; ++job)
        parallel_for(10, [&](int64_t chunk, int) { total += chunk; });
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(total == 4 * 300 * 45);
}

TEST_CASE("parallel: the number of threads is at least one, and fixed inside a job") {
  {
    const testing::ThreadCount scope(0);
    CHECK(num_threads() == 1);
  }
  const testing::ThreadCount scope(2);
  CHECK_THROWS_WITH_AS(parallel_for(4, [](int64_t, int) { set_num_threads(3); }),
                       "set_num_threads: called from inside a job", Error);
  CHECK(num_threads() == 2);
}

TEST_CASE("parallel: a job has no more workers than its thread was told, scratch is sized by it") {
  const testing::ThreadCount scope(2);
  const auto highest_worker = [] {
    std::atomic<int> highest{0};
    parallel_for(64, [&](int64_t, int worker) {
      for (int seen = highest; seen < worker && !highest.compare_exchange_weak(seen, worker);) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    });
    return highest.load();
  };
  REQUIRE(num_threads() == 2);
  std::thread([] { set_num_threads(8); }).join();
  for (int job = 0; job < 5; ++job) CHECK(highest_worker() < 2);
  CHECK(num_threads() == 8);
  int most = 0;
  for (int job = 0; job < 50 && most < 2; ++job) most = highest_worker();
  CHECK(most >= 2);
}

}  // namespace graft
