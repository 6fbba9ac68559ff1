// safetensors: u64 header length, a JSON header {name: {dtype, shape, data_offsets}}, then the
// bytes (https://huggingface.co/docs/safetensors). The reader makes every check of the reference
// reader, in its order: all of the header is proven consistent with the file's size before memory
// is taken for a tensor.
#pragma once

#include <filesystem>

#include "graft/core/io/file_system.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

/// Tensors in the order of the header, `__metadata__` as metadata.
WeightFile read_safetensors(ByteSource& file, const Limits& limits);

/// Writes the container. Tensors lie back to back, the wider types first so that each is aligned;
/// the header keeps their order. The metadata gets {"format": "pt"} where it names no format.
void write_safetensors(WritableFile& out, const WeightFile& weights);

/// The file appears whole or not at all.
void write_safetensors(FileSystem& files, const std::filesystem::path& path,
                       const WeightFile& weights);

}  // namespace graft::transfer
