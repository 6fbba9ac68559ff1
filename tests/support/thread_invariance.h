// Results must not depend on the number of threads.
#pragma once

#include <doctest/doctest.h>

#include "support/tensors.h"
#include "support/thread_count.h"

namespace graft::testing {

/// The tensors that body() returns with 1, 2 and 3 threads must have the same bits.
template <class Body>
void same_bits_on_all_threads(const Body& body) {
  const auto run = [&](int threads) {
    const ThreadCount scope(threads);
    return body();
  };
  const Tensor alone = run(1);
  for (const int threads : {2, 3}) {
    CAPTURE(threads);
    CHECK(same_bits(run(threads), alone));
  }
}

}  // namespace graft::testing
