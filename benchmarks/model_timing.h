// Whole networks and products on random numbers, as peers run them (benchmarks/compare.py).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "graft/benchmarks/timing.h"
#include "graft/core/dtype.h"

namespace graft::bench {

enum class Step {
  Evaluate,  ///< logits on stored statistics, nothing recorded
  Train      ///< forward, cross entropy, backward and SGD with momentum, all trainable
};

/// Where the work is done, and how.
struct Setting {
  Device device;
  std::optional<DType> autocast;  ///< mixed precision (core/autocast.h)
  bool recorded = true;           ///< training steps, where they can be
};

/// What is done with a piece of work that is ready: it is called once, and may call the work as
/// often as it likes.
using Measure = std::function<void(const Work&)>;

/// One step of the named model on `batch` images of the size it expects.
void measure_model(const std::string& name, Step step, int64_t batch, const Setting& setting,
                   const Measure& measure);

/// One training step of a network of small_networks.h.
void measure_small_network(const std::string& name, int64_t batch, const Setting& setting,
                           const Measure& measure);

/// [m,k] x [k,n]
void measure_product(int64_t m, int64_t n, int64_t k, const Setting& setting,
                     const Measure& measure);

/// [m,k] x [n,k]^T, a dense layer without bias in evaluation: on the CPU its weight stays packed
void measure_linear(int64_t m, int64_t n, int64_t k, const Setting& setting,
                    const Measure& measure);

}  // namespace graft::bench
