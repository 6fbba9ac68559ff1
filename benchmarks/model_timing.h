// Times whole networks and products on random numbers, as peers are timed (benchmarks/compare.py).
#pragma once

#include <cstdint>
#include <string>

#include "graft/benchmarks/timing.h"

namespace graft::bench {

enum class Step {
  Evaluate,  ///< logits on stored statistics, nothing recorded
  Train      ///< forward, cross entropy, backward and SGD with momentum, all trainable
};

/// One step of the named model on `batch` images of the size it expects.
Seconds time_model(const std::string& name, Step step, int64_t batch, double min_seconds);

/// One training step of a network of small_networks.h.
Seconds time_small_network(const std::string& name, int64_t batch, double min_seconds);

/// [m,k] x [k,n]
Seconds time_product(int64_t m, int64_t n, int64_t k, double min_seconds);

/// [m,k] x [n,k]^T, a dense layer without bias in evaluation: its weight stays packed
Seconds time_linear(int64_t m, int64_t n, int64_t k, double min_seconds);

}  // namespace graft::bench
