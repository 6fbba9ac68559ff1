// Dropout (Srivastava et al. 2014): an element survives, scaled by 1 / (1 - p), where its number in
// a random stream is >= p. Linear with a mask that is recomputed: nothing but the key is kept.
#pragma once

#include "graft/core/random.h"
#include "graft/core/tensor.h"

namespace graft {

/// 0 <= p < 1; key i32 [2], the words of a Philox key (philox_words.h), in whose stream `stream`
/// the numbers are. Each run of a recording reads the key that is there then.
Tensor dropout(const Tensor& x, double p, const Tensor& key, uint64_t stream);

/// With a key of its own, for which there is no place in a recording.
Tensor dropout(const Tensor& x, double p, const RandomKey& key);

}  // namespace graft
