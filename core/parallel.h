// The one thread pool.
//
// A job is a number of chunks whose borders are the caller's choice and must depend on the work
// alone, never on the number of threads. Each thread begins with an equal share of chunks that
// follow one another; who is done goes on with what is left of the others' shares. So results do
// not depend on the thread count, and a busy neighbour does not stall a job.
#pragma once

#include <cstdint>
#include <type_traits>

#include "graft/core/ceil_div.h"

namespace graft {

/// Threads that take part in a job, the caller included; at least 1. Default: hardware threads.
/// Who sizes scratch by it asks once, before the job.
int num_threads();
/// At least 1. Not while another thread's kernels run: one that has begun keeps the old number or
/// less. Waits for a running job; Error(Argument) from inside one.
void set_num_threads(int count);

namespace detail {
using ChunkFunction = void (*)(const void* body, int64_t chunk, int worker);
void run_chunks(int64_t chunks, ChunkFunction call, const void* body);
}  // namespace detail

/// Runs body(chunk, worker) for chunk in 0..chunks-1 and returns when all are done; `worker` is
/// below what num_threads() last told the calling thread, and no two running chunks share it. The
/// first exception is rethrown here.
/// Called from inside a chunk, or while another thread's job is running: runs serially.
template <class Body>
void parallel_for(int64_t chunks, const Body& body) {
  detail::run_chunks(
      chunks,
      [](const void* f, int64_t chunk, int worker) {
        (*static_cast<const Body*>(f))(chunk, worker);
      },
      &body);
}

/// Cuts 0..count into pieces of `grain` (the last may be shorter) and runs body(begin, end).
template <class Body>
void parallel_ranges(int64_t count, int64_t grain, const Body& body) {
  const int64_t chunks = ceil_div(count, grain);
  parallel_for(chunks, [&](int64_t chunk, int) {
    const int64_t begin = chunk * grain;
    body(begin, begin + grain < count ? begin + grain : count);
  });
}

}  // namespace graft
