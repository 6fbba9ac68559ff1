#include "graft/transfer/weights/weight_file.h"

#include <algorithm>
#include <array>
#include <new>

#include "graft/core/io/file_system.h"
#include "graft/core/utf8.h"
#include "graft/transfer/weights/safetensors.h"
#include "graft/transfer/weights/torch_legacy.h"
#include "graft/transfer/weights/torch_zip.h"

namespace graft::transfer {

void WeightFile::add(std::string name, Tensor tensor) {
  check(tensor.is_contiguous() && tensor.device() == Device{}, ErrorKind::Argument,
        "weight file: ", name, ": must be contiguous on the CPU");
  check(name.find('\0') == std::string::npos, ErrorKind::Data,
        "weight file: a tensor's name holds a NUL byte");
  const bool is_new = index_.emplace(name, entries_.size()).second;
  check(is_new, ErrorKind::Data, "weight file: two tensors are named ", name);
  entries_.push_back({std::move(name), std::move(tensor)});
}

const Tensor* WeightFile::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &entries_[found->second].tensor;
}

int64_t WeightFile::numel() const {
  int64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.tensor.numel();
  return sum;
}

const char* to_string(WeightFormat format) noexcept {
  switch (format) {
    case WeightFormat::Safetensors:
      return "safetensors";
    case WeightFormat::TorchZip:
      return "pytorch-zip";
    case WeightFormat::TorchLegacy:
      return "pytorch-legacy";
  }
  return "unknown";
}

namespace {

struct ForeignFormat {
  std::string_view magic;
  const char* what;
};

// Formats that people hand over by mistake; each text says what to do instead.
constexpr ForeignFormat kForeign[] = {
    {"\x89HDF\r\n\x1a\n", "Keras HDF5, which this version does not read"},
    {"PK\x05\x06", "an empty zip archive"},
    {"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"},
    {"\x1f\x8b", "gzip; unpack it first"},
    {"BZh", "bzip2; unpack it first"},
    {"\xfd"
     "7zXZ",
     "xz; unpack it first"},
    {"\x28\xb5\x2f\xfd", "zstd; unpack it first"},
    {"GGUF", "GGUF, which Graft does not read"},
    {"7767517", "an ncnn network; tools/convert.py makes a safetensors file of it"},
    {"\x93NUMPY", "a NumPy array without names"},
    {"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"},
    {"<", "HTML or XML, perhaps the error page of a download"},
    {"\x80", "a Python pickle that torch.save() did not write"},
};

}  // namespace

WeightFormat detect_weight_format(ByteSource& file) {
  std::array<char, 32> head{};
  const size_t length = static_cast<size_t>(std::min<uint64_t>(head.size(), file.size()));
  file.read(0, std::as_writable_bytes(std::span(head).first(length)));
  const std::string_view magic(head.data(), length);
  check(length > 0, ErrorKind::Data, "weights: the file is empty");
  if (magic.starts_with("PK\x03\x04")) return WeightFormat::TorchZip;
  if (magic.starts_with(kTorchLegacyMagic)) return WeightFormat::TorchLegacy;
  if (length > 8 && magic[8] == '{') return WeightFormat::Safetensors;
  check(!magic.substr(std::min<size_t>(4, length)).starts_with("TFL3"), ErrorKind::Data,
        "weights: the file is TFLite; tools/convert.py makes a safetensors file of it");
  for (const ForeignFormat& format : kForeign)
    check(!magic.starts_with(format.magic), ErrorKind::Data, "weights: the file is ", format.what);
  if (file.size() > 262) {
    std::array<char, 5> mark{};
    file.read(257, std::as_writable_bytes(std::span(mark)));
    check(std::string_view(mark.data(), mark.size()) != "ustar", ErrorKind::Data,
          "weights: the file is a tar archive; PyTorch's oldest container is not read, load it in "
          "PyTorch and save it again");
  }
  fail(ErrorKind::Data, "weights: neither safetensors nor a PyTorch file (.pth, .pt)");
}

WeightFile read_weights(ByteSource& file, const Limits& limits) {
  try {
    switch (detect_weight_format(file)) {
      case WeightFormat::Safetensors:
        return read_safetensors(file, limits);
      case WeightFormat::TorchZip:
        return read_torch_zip(file, limits);
      case WeightFormat::TorchLegacy:
        return read_torch_legacy(file, limits);
    }
  } catch (const Error& error) {  // its text may quote names out of the file
    throw Error(error.kind(), printable(error.what()));
  } catch (const std::bad_alloc&) {
    fail(ErrorKind::OutOfMemory, "weights: out of memory while reading a file of ", file.size(),
         " bytes");
  }
  fail(ErrorKind::Internal, "weights: unknown format");
}

WeightFile read_weights(const std::filesystem::path& path, const Limits& limits) {
  const std::unique_ptr<ByteSource> file = real_file_system().open(path);
  try {
    return read_weights(*file, limits);
  } catch (const Error& error) {
    throw Error(error.kind(), path.string() + ": " + error.what());
  }
}

void write_weights(const std::filesystem::path& path, const WeightFile& weights) {
  write_safetensors(real_file_system(), path, weights);
}

}  // namespace graft::transfer
