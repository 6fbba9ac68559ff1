#include "graft/transfer/weights/torch_zip.h"

#include <algorithm>

#include "graft/core/utf8.h"
#include "graft/transfer/weights/raw_tensor.h"
#include "graft/transfer/weights/torch_state_dict.h"
#include "graft/transfer/weights/zip_archive.h"

namespace graft::transfer {
namespace {

constexpr uint64_t kMarkBytes = 1 << 16;

// The folder that all entries share, with its slash.
std::string find_folder(const ZipArchive& archive) {
  check(!archive.entries().empty(), ErrorKind::Data, "pytorch: the archive is empty");
  const std::string& first = archive.entries().front().name;
  const std::string folder = first.substr(0, first.find('/') + 1);
  for (const ZipArchive::Entry& entry : archive.entries())
    check(!folder.empty() && entry.name.starts_with(folder), ErrorKind::Data, "pytorch: entry ",
          entry.name, ": not in one folder with the others: not a PyTorch file");
  check(archive.find(folder + "constants.pkl") == nullptr, ErrorKind::Data,
        "pytorch: ", kTorchScript);
  return folder;
}

const ZipArchive::Entry& need(const ZipArchive& archive, const std::string& name) {
  const ZipArchive::Entry* const entry = archive.find(name);
  check(entry != nullptr, ErrorKind::Data, "pytorch: entry ", name, " is missing");
  return *entry;
}

// The records that are neither the object nor a storage: small texts, all sound.
void check_marks(const ZipArchive& archive, const std::string& folder) {
  for (const ZipArchive::Entry& entry : archive.entries()) {
    const std::string_view name = std::string_view(entry.name).substr(folder.size());
    if (name == "data.pkl" || name.starts_with("data/")) continue;
    check(is_utf8(archive.read_text(entry, kMarkBytes)), ErrorKind::Data, "pytorch: entry ",
          entry.name, ": is not UTF-8");
  }
  const std::string version = archive.read_text(need(archive, folder + "version"), 16);
  check(version.find_first_not_of("0123456789\n") == std::string::npos, ErrorKind::Data,
        "pytorch: version ", version, " is no number");
  if (const ZipArchive::Entry* const order = archive.find(folder + "byteorder"))
    check(archive.read_text(*order, 16) == "little", ErrorKind::Data,
          "pytorch: the file was written on a big-endian machine");
}

Pickled read_object(ByteSource& file, const ZipArchive& archive, const ZipArchive::Entry& entry,
                    const Limits& limits) {
  check(entry.size <= limits.pickle.bytes, ErrorKind::Limit, "pytorch: data.pkl of ", entry.size,
        " bytes, the limit is ", limits.pickle.bytes);
  archive.read_text(entry, entry.size);  // for its checksum: damage is named as damage
  uint64_t offset = entry.offset;
  Pickled object = run_pickle(file, offset, entry.offset + entry.size, StorageId::OfZip, limits);
  check(offset == entry.offset + entry.size, ErrorKind::Data,
        "pytorch: bytes after the end of data.pkl's object");
  return object;
}

}  // namespace

WeightFile read_torch_zip(ByteSource& file, const Limits& limits) {
  const ZipArchive archive(file, limits.zip);
  const std::string folder = find_folder(archive);
  check_marks(archive, folder);
  const Pickled object = read_object(file, archive, need(archive, folder + "data.pkl"), limits);

  std::vector<const ZipArchive::Entry*> records;
  for (const PickledStorage& storage : object.storages) {
    records.push_back(&need(archive, folder + "data/" + storage.key));
    const uint64_t bytes = storage.numel * size_of(storage.dtype);
    check(records.back()->size == bytes, ErrorKind::Data, "pytorch: storage ", storage.key, ": ",
          storage.numel, " elements of ", storage.dtype, " need ", bytes, " bytes, its record has ",
          records.back()->size);
  }
  const auto load = [&](size_t index) {
    const PickledStorage& storage = object.storages[index];
    Tensor tensor = Tensor::empty({static_cast<int64_t>(storage.numel)}, storage.dtype);
    archive.read(*records[index], raw_bytes(tensor));
    return tensor;
  };
  return state_dict_of(object, load, file.size());
}

}  // namespace graft::transfer
