#include "graft/core/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "graft/core/error.h"

namespace graft {
namespace {

thread_local bool inside_job = false;

// What this thread was last told by num_threads(), and may have sized a kernel's scratch by: its
// jobs have no more workers, even if another thread has raised the number since.
thread_local int told_threads = std::numeric_limits<int>::max();

// Chunks that follow one another, which one thread begins with. Jobs are alike: what it wrote in
// one, it often finds in its own cache in the next.
struct alignas(64) Share {
  std::atomic<int64_t> next{0};
  int64_t end = 0;
};

struct Job {
  std::vector<Share>& shares;
  detail::ChunkFunction call = nullptr;
  const void* body = nullptr;
  const int workers = told_threads;
  std::atomic<bool> failed{false};
  std::exception_ptr error;

  Job(std::vector<Share>& of_threads, int64_t chunks, detail::ChunkFunction f, const void* b)
      : shares(of_threads), call(f), body(b) {
    const auto count = static_cast<int64_t>(shares.size());
    const int64_t whole = chunks / count, rest = chunks % count;
    int64_t begin = 0;
    for (int64_t i = 0; i < count; ++i) {
      Share& share = shares[static_cast<size_t>(i)];
      share.next.store(begin, std::memory_order_relaxed);
      begin = share.end = begin + whole + (i < rest ? 1 : 0);
    }
  }

  // The worker's own share, then what is left of the others'.
  void work(int worker) {
    if (worker >= workers) return;
    inside_job = true;
    for (size_t i = 0; i < shares.size(); ++i)
      work_on(shares[(static_cast<size_t>(worker) + i) % shares.size()], worker);
    inside_job = false;
  }

 private:
  void work_on(Share& share, int worker) {
    for (int64_t chunk; (chunk = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) {
      try {
        call(body, chunk, worker);
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
        for (Share& any : shares) any.next.store(any.end, std::memory_order_relaxed);
      }
    }
  }
};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits until `value` differs from `old`: spins for about 50 us, then sleeps.
void await_change(const std::atomic<uint32_t>& value, uint32_t old) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
  while (value.load(std::memory_order_acquire) == old) {
    for (int i = 0; i < 64 && value.load(std::memory_order_acquire) == old; ++i) pause();
    if (std::chrono::steady_clock::now() > deadline) {
      value.wait(old, std::memory_order_acquire);
      return;
    }
  }
}

class Pool {
 public:
  ~Pool() { stop(); }

  int threads() const { return threads_.load(std::memory_order_relaxed); }

  void resize(int threads) {
    check(!inside_job, ErrorKind::Argument, "set_num_threads: called from inside a job");
    std::lock_guard lock(busy_);
    stop();
    threads_ = std::max(1, threads);
    told_threads = threads_;
  }

  void run(int64_t chunks, detail::ChunkFunction call, const void* body) {
    std::unique_lock lock(busy_, std::defer_lock);
    if (inside_job || chunks <= 1 || threads() == 1 || !lock.try_lock()) {
      for (int64_t chunk = 0; chunk < chunks; ++chunk) call(body, chunk, 0);
      return;
    }
    start();
    Job job(shares_, chunks, call, body);
    job_ = &job;
    members_.store(0, std::memory_order_release);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    job.work(0);
    // All chunks are taken. Who has not joined by now is not waited for: on a busy machine that
    // thread may not run for a long time.
    members_.fetch_or(kClosed, std::memory_order_relaxed);
    for (uint32_t left; (left = members_.load(std::memory_order_acquire)) != kClosed;)
      await_change(members_, left);
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  void start() {
    if (static_cast<int>(shares_.size()) == threads()) return;
    while (static_cast<int>(workers_.size()) + 1 < threads()) {
      const int worker = static_cast<int>(workers_.size()) + 1;
      try {
        workers_.emplace_back([this, worker, seen = generation_.load()] { serve(worker, seen); });
      } catch (const std::system_error&) {
        threads_ = worker;  // the system grants no more: go on with those there are
      }
    }
    shares_ = std::vector<Share>(static_cast<size_t>(threads()));
  }

  void serve(int worker, uint32_t seen) {
    for (;;) {
      await_change(generation_, seen);
      seen = generation_.load(std::memory_order_acquire);
      if (stopping_) return;
      if (!join()) continue;
      job_->work(worker);
      if (members_.fetch_sub(1, std::memory_order_acq_rel) == (kClosed | 1)) members_.notify_one();
    }
  }

  // Becomes a member of the job, if there still is one.
  bool join() {
    uint32_t members = members_.load(std::memory_order_relaxed);
    while (!(members & kClosed))
      if (members_.compare_exchange_weak(members, members + 1, std::memory_order_acquire,
                                         std::memory_order_relaxed))
        return true;
    return false;
  }

  void stop() {
    stopping_ = true;
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    shares_.clear();
    stopping_ = false;
  }

  std::mutex busy_;  // held for the length of a job
  std::atomic<int> threads_{std::max(1, static_cast<int>(std::thread::hardware_concurrency()))};
  std::vector<std::thread> workers_;
  std::vector<Share> shares_;  // one of each thread, once they are started
  Job* job_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::atomic<uint32_t> generation_{0};
  static constexpr uint32_t kClosed = 1u << 31;
  std::atomic<uint32_t> members_{kClosed};  // workers in the job; kClosed: nobody may join
};

Pool& pool() {
  static Pool instance;
  return instance;
}

}  // namespace

int num_threads() { return told_threads = pool().threads(); }

void set_num_threads(int count) { pool().resize(count); }

void detail::run_chunks(int64_t chunks, ChunkFunction call, const void* body) {
  pool().run(chunks, call, body);
}

}  // namespace graft
