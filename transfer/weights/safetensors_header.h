// The header of a safetensors file, parsed and proven: what the reader may rely on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graft/core/dtype.h"
#include "graft/core/limits.h"
#include "graft/core/shape.h"
#include "graft/transfer/metadata.h"

namespace graft::transfer {

struct SafetensorsHeader {
  struct Entry {
    std::string name;
    DType dtype = DType::F32;
    Shape shape;
    uint64_t begin = 0, end = 0;  ///< bytes after the header; end - begin = elements x size
  };

  std::vector<Entry> entries;  ///< together they cover the data without hole or overlap
  Metadata metadata;
};

/// Parses the JSON text of a header in front of `data_bytes` bytes of data. Error(Data) or
/// Error(Limit) with the tensor's name and one reason.
SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes,
                                           const Limits& limits);

/// The format's name of a dtype ("F32", "BF16", "BOOL").
const char* safetensors_dtype(DType dtype);

}  // namespace graft::transfer
