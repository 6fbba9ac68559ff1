#include "graft/data/open_dataset.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"
#include "graft/data/cifar10.h"
#include "graft/data/gzip.h"
#include "graft/data/idx.h"
#include "graft/data/image_folder.h"
#include "graft/data/relabelled.h"

namespace graft::data {
namespace {

DataSource open_folder(const std::filesystem::path& path, const Limits& limits, Decoder decoder) {
  const auto train = path / "train", val = path / "val";
  std::error_code error;
  if (!std::filesystem::is_directory(train, error) || !std::filesystem::is_directory(val, error))
    return {std::make_shared<ImageFolder>(path, limits, decoder), nullptr, ""};
  const auto classes = std::make_shared<ImageFolder>(train, limits, decoder);
  RelabelledByName named =
      relabel_by_name("open_dataset", std::make_shared<ImageFolder>(val, limits, decoder),
                      val.string(), *classes, train.string());
  return {classes, std::move(named.dataset), std::move(named.note)};
}

DataSource open_file(const std::filesystem::path& path, const Limits& limits) {
  const auto file = real_file_system().open(path);
  std::string head(static_cast<size_t>(std::min<uint64_t>(file->size(), 4)), '\0');
  file->read(0, std::as_writable_bytes(std::span(head)));
  const std::string images{'\0', '\0', '\x08', '\x03'}, labels{'\0', '\0', '\x08', '\x01'};
  check(head != labels, ErrorKind::Data, "open_dataset: ", path.string(),
        ": these are the labels of an IDX pair; give its images file");
  if (head == images || is_gzip(head)) return {std::make_shared<Idx>(path, limits), nullptr, ""};
  constexpr auto kRecord = static_cast<uint64_t>(Cifar10::kRecordBytes);
  check(file->size() > 0 && file->size() % kRecord == 0, ErrorKind::Data,
        "open_dataset: ", path.string(), ": neither CIFAR-10 (", file->size(),
        " bytes are no whole number of records of ", kRecord, ") nor IDX images");
  return {std::make_shared<Cifar10>(std::vector{path}, limits), nullptr, ""};
}

}  // namespace

DataSource open_dataset(const std::filesystem::path& path, const Limits& limits, Decoder decoder) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  check(std::filesystem::exists(status), ErrorKind::Io, "open_dataset: ", path.string(),
        ": no such file or folder");
  return std::filesystem::is_directory(status) ? open_folder(path, limits, decoder)
                                               : open_file(path, limits);
}

}  // namespace graft::data
