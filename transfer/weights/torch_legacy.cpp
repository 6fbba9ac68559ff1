#include "graft/transfer/weights/torch_legacy.h"

#include <unordered_set>

#include "graft/transfer/weights/raw_tensor.h"
#include "graft/transfer/weights/torch_state_dict.h"

namespace graft::transfer {
namespace {

void check_system(const Pickled& system) {
  const auto* const dict = std::get_if<Pickled::Dict>(&system.at(system.root));
  check(dict != nullptr, ErrorKind::Data, "pytorch: the system record is no dictionary");
  for (const auto& [key, value] : dict->items) {
    const auto* const name = std::get_if<std::string>(&system.at(key));
    const auto* const flag = std::get_if<bool>(&system.at(value));
    if (name && *name == "little_endian" && flag && *flag) return;
  }
  fail(ErrorKind::Data, "pytorch: the file was not written on a little-endian machine");
}

// Where the raw elements of each storage begin, by the list of keys and the counts behind it.
std::vector<uint64_t> place_storages(ByteSource& file, uint64_t offset, const Pickled& object,
                                     const Pickled& keys) {
  const auto* const list = std::get_if<Pickled::List>(&keys.at(keys.root));
  check(list != nullptr, ErrorKind::Data, "pytorch: the storage keys are no list");
  check(list->items.size() == object.storages.size(), ErrorKind::Data,
        "pytorch: ", list->items.size(), " storages in the file, ", object.storages.size(),
        " in its object");
  std::vector<uint64_t> begin(object.storages.size());
  std::unordered_set<size_t> placed;
  for (const Pickled::Ref ref : list->items) {
    const auto* const key = std::get_if<std::string>(&keys.at(ref));
    const auto found =
        key == nullptr ? object.storage_of_key.end() : object.storage_of_key.find(*key);
    check(found != object.storage_of_key.end() && placed.insert(found->second).second,
          ErrorKind::Data, "pytorch: a storage key is unknown or listed twice");
    const PickledStorage& storage = object.storages[found->second];
    int64_t count = 0;
    file.read(offset, std::as_writable_bytes(std::span(&count, 1)));
    offset += sizeof(count);
    const uint64_t bytes = storage.numel * size_of(storage.dtype);
    check(count >= 0 && static_cast<uint64_t>(count) == storage.numel, ErrorKind::Data,
          "pytorch: storage ", storage.key, ": ", count, " elements in the file, ", storage.numel,
          " in its object");
    check(bytes <= file.size() - offset, ErrorKind::Data, "pytorch: storage ", storage.key, ": ",
          bytes, " bytes at ", offset, " run past the end: the file is truncated");
    begin[found->second] = offset;
    offset += bytes;
  }
  check(offset == file.size(), ErrorKind::Data, "pytorch: ", file.size() - offset,
        " bytes after the last storage");
  return begin;
}

}  // namespace

WeightFile read_torch_legacy(ByteSource& file, const Limits& limits) {
  uint64_t offset = kTorchLegacyMagic.size();
  const Pickled version = run_pickle(file, offset, file.size(), StorageId::OfStream, limits);
  const auto* const number = std::get_if<int64_t>(&version.at(version.root));
  check(number != nullptr && *number == 1001, ErrorKind::Data,
        "pytorch: the stream's version is not 1001");
  check_system(run_pickle(file, offset, file.size(), StorageId::OfStream, limits));
  const Pickled object = run_pickle(file, offset, file.size(), StorageId::OfStream, limits);
  const Pickled keys = run_pickle(file, offset, file.size(), StorageId::OfStream, limits);
  const std::vector<uint64_t> begin = place_storages(file, offset, object, keys);

  const auto load = [&](size_t index) {
    const PickledStorage& storage = object.storages[index];
    Tensor tensor = Tensor::empty({static_cast<int64_t>(storage.numel)}, storage.dtype);
    file.read(begin[index], raw_bytes(tensor));
    return tensor;
  };
  return state_dict_of(object, load, file.size());
}

}  // namespace graft::transfer
