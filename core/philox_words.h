// A random key as a tensor: what an operation reads that is to draw other numbers each time it
// runs.
#pragma once

#include <vector>

#include "graft/core/random.h"
#include "graft/core/tensor.h"

namespace graft {

/// i32 [2] on the CPU: philox_key(key).
inline Tensor philox_words(const RandomKey& key) {
  const PhiloxKey philox = philox_key(key);
  return Tensor::from(std::vector<int32_t>{static_cast<int32_t>(philox.word[0]),
                                           static_cast<int32_t>(philox.word[1])},
                      {2});
}

}  // namespace graft
