// The content of a weight file: named tensors in PyTorch's layout (NCHW, OIHW), in the file's
// order, and string metadata. Formats are read and written by the neighbours of this header.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graft/core/io/byte_source.h"
#include "graft/core/limits.h"
#include "graft/core/tensor.h"
#include "graft/transfer/metadata.h"

namespace graft::transfer {

/// A value type; tensors are contiguous, on the CPU, and may share storage (tied weights).
class WeightFile {
 public:
  struct Entry {
    std::string name;
    Tensor tensor;
  };

  /// Error(Data) if the name is taken or holds a NUL byte, Error(Argument) if the tensor is not
  /// contiguous on the CPU.
  void add(std::string name, Tensor tensor);
  /// The tensor of that name, or null.
  const Tensor* find(std::string_view name) const;
  const std::vector<Entry>& entries() const& { return entries_; }
  void entries() && = delete;  // a loop over a temporary's entries would outlive them
  size_t size() const { return entries_.size(); }
  /// Elements of all tensors together.
  int64_t numel() const;

  /// What the file says about itself: "format", "graft.preprocess", or the scalars that stood
  /// beside the weights in a checkpoint ("best_prec1").
  Metadata metadata;
  /// What was decided while reading, e.g. which of two state dicts was taken.
  std::vector<std::string> notes;

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> index_;
};

enum class WeightFormat { Safetensors, TorchZip, TorchLegacy };

/// "safetensors", "pytorch-zip" or "pytorch-legacy".
const char* to_string(WeightFormat format) noexcept;

/// The format by the first bytes, never by the name. Error(Data) naming what the file seems to be.
WeightFormat detect_weight_format(ByteSource& file);

/// Reads a file of any format. Everything is checked before memory is taken for it.
/// Error(Io) if the file cannot be read, Error(Data) naming the fault if it is malformed,
/// Error(Limit) beyond `limits`, Error(OutOfMemory).
WeightFile read_weights(const std::filesystem::path& path, const Limits& limits = {});
WeightFile read_weights(ByteSource& file, const Limits& limits = {});

/// Writes safetensors; the file appears whole or not at all. Error(Io).
void write_weights(const std::filesystem::path& path, const WeightFile& weights);

}  // namespace graft::transfer
