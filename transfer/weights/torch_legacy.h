// The stream of torch.save() before PyTorch 1.6: pickles of a magic number, the version, a system
// record, the object and the list of storage keys; then for each key a count and the raw elements.
#pragma once

#include <string_view>

#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

/// The first pickle, byte for byte: protocol 2, the magic number 0x1950a86a20f9469cfc6c, STOP.
inline constexpr std::string_view kTorchLegacyMagic =
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

WeightFile read_torch_legacy(ByteSource& file, const Limits& limits);

}  // namespace graft::transfer
