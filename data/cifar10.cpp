#include "graft/data/cifar10.h"

#include <limits>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"

namespace graft::data {

Cifar10::Cifar10(const std::vector<std::filesystem::path>& files) {
  for (const std::filesystem::path& file : files) {
    const std::string bytes =
        real_file_system().read_text(file, std::numeric_limits<int64_t>::max());
    const auto size = static_cast<int64_t>(bytes.size());
    check(size > 0 && size % kRecordBytes == 0, ErrorKind::Data, "cifar10: ", file.string(), ": ",
          size, " bytes are no whole number of records of ", kRecordBytes);
    for (int64_t i = 0; i < size / kRecordBytes; ++i) {
      const int label = static_cast<unsigned char>(bytes[static_cast<size_t>(i * kRecordBytes)]);
      check(label < 10, ErrorKind::Data, "cifar10: ", file.string(), ": label ", label,
            " in record ", i);
      ids_.push_back(file.filename().string() + "[" + std::to_string(i) + "]");
    }
    records_ += bytes;
  }
  check(!ids_.empty(), ErrorKind::Argument, "cifar10: no files");
}

const std::vector<std::string>& Cifar10::class_names() const {
  static const std::vector<std::string> names{"airplane", "automobile", "bird",  "cat",  "deer",
                                              "dog",      "frog",       "horse", "ship", "truck"};
  return names;
}

const char* Cifar10::record(int64_t i) const {
  check_index(i);
  return records_.data() + i * kRecordBytes;
}

std::string Cifar10::id(int64_t i) const {
  check_index(i);
  return ids_[static_cast<size_t>(i)];
}

Image Cifar10::image(int64_t i) const {
  const char* plane = record(i) + 1;
  Image image(kSide, kSide, 3);
  for (int64_t c = 0; c < 3; ++c)
    for (int64_t p = 0; p < kSide * kSide; ++p)
      image.data()[p * 3 + c] = static_cast<uint8_t>(*plane++);
  return image;
}

}  // namespace graft::data
