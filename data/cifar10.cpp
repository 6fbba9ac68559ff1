#include "graft/data/cifar10.h"

#include <memory>
#include <span>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"

namespace graft::data {

Cifar10::Cifar10(const std::vector<std::filesystem::path>& files, const Limits& limits) {
  std::vector<std::unique_ptr<ByteSource>> sources;
  uint64_t total = 0;
  for (const std::filesystem::path& file : files) {
    sources.push_back(real_file_system().open(file));
    const uint64_t size = sources.back()->size();
    check(size > 0 && size % kRecordBytes == 0, ErrorKind::Data, "cifar10: ", file.string(), ": ",
          size, " bytes are no whole number of records of ", kRecordBytes);
    total += size;
    check(total <= limits.dataset.bytes, ErrorKind::Limit, "cifar10: ", file.string(), ": ", total,
          " bytes up to here, the limit is ", limits.dataset.bytes);
  }
  records_ = buffer_for("cifar10", total);
  std::span<std::byte> rest = std::as_writable_bytes(std::span(records_));
  for (size_t f = 0; f < files.size(); ++f) {
    const std::span<std::byte> records = rest.first(static_cast<size_t>(sources[f]->size()));
    rest = rest.subspan(records.size());
    sources[f]->read(0, records);
    for (size_t i = 0; i < records.size() / kRecordBytes; ++i) {
      const int label = std::to_integer<int>(records[i * kRecordBytes]);
      check(label < 10, ErrorKind::Data, "cifar10: ", files[f].string(), ": label ", label,
            " in record ", i);
      ids_.push_back(files[f].filename().string() + "[" + std::to_string(i) + "]");
    }
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
