// NumPy's .npy format, version 1.0: what the command writes for Python to read.
#pragma once

#include <filesystem>

#include "graft/core/io/file_system.h"
#include "graft/core/tensor.h"

namespace graft::transfer {

/// Writes a tensor in row-major order, little-endian; the file appears whole or not at all.
/// Error(DType) for bf16, which NumPy has not, Error(Io).
void write_npy(FileSystem& files, const std::filesystem::path& path, const Tensor& tensor);
void write_npy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace graft::transfer
