#include "graft/transfer/weights/npy.h"

#include <sstream>
#include <utility>

#include "graft/transfer/weights/raw_tensor.h"

namespace graft::transfer {
namespace {

const char* descriptor(DType dtype) {
  switch (dtype) {
    case DType::F32:
      return "<f4";
    case DType::F64:
      return "<f8";
    case DType::F16:
      return "<f2";
    case DType::I64:
      return "<i8";
    case DType::I32:
      return "<i4";
    case DType::U8:
      return "|u1";
    case DType::Bool:
      return "|b1";
    case DType::BF16:
      break;
  }
  fail(ErrorKind::DType, "npy: NumPy has no type for ", dtype);
}

// Magic, version, length, and a Python dictionary padded so that the data begins at a multiple
// of 64.
std::string header(const Tensor& tensor) {
  std::ostringstream dict;
  dict << "{'descr': '" << descriptor(tensor.dtype()) << "', 'fortran_order': False, 'shape': (";
  for (const int64_t extent : tensor.shape()) dict << extent << ", ";
  dict << "), }";
  std::string text = dict.str();
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(text.size() & 0xff);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

}  // namespace

void write_npy(FileSystem& files, const std::filesystem::path& path, const Tensor& tensor) {
  const std::string head = header(tensor);
  Tensor values = tensor;
  if (!tensor.is_contiguous() || tensor.device() != Device{})
    (values = Tensor::empty(tensor.shape(), tensor.dtype())).copy_(tensor);
  write_file_atomically(files, path, [&](WritableFile& file) {
    file.write(head);
    file.write(raw_bytes(std::as_const(values)));
  });
}

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  write_npy(real_file_system(), path, tensor);
}

}  // namespace graft::transfer
