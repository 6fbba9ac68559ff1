// A network and pictures small enough to train to the end in milliseconds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graft/data/in_memory.h"
#include "graft/layers/network.h"
#include "graft/transfer/audit.h"

namespace graft::testing {

/// Stages conv1 (with bn1), conv2 (with bn2), dropout, avgpool and the head fc, on pictures of
/// 12 x 12.
std::unique_ptr<layers::Network> tiny_network(int64_t classes = 3, uint64_t seed = 1,
                                              double dropout = 0.25);

/// `count` noisy pictures whose colour tells the class, most of the time.
data::DatasetPtr tiny_pictures(int64_t count, int64_t classes = 3, uint64_t first = 0);

/// SHA-256 of every parameter and buffer: equal exactly if two networks are, bit for bit.
std::vector<transfer::TensorHash> hashes(const layers::Network& network);

}  // namespace graft::testing
