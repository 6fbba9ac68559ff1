#include "graft/transfer/weights/pickle_tensor.h"

#include <algorithm>

#include "graft/core/error.h"
#include "graft/transfer/weights/pickle_globals.h"

namespace graft::transfer {
namespace {

template <class T>
const T& expect(const Pickled& pickled, Pickled::Ref ref, const char* what) {
  const T* const value = std::get_if<T>(&pickled.at(ref));
  if (const std::string* const name = pickled.opaque_name(ref))
    fail(ErrorKind::Data, "pickle: ", what, " is a ", *name, ", which is not loaded");
  check(value != nullptr, ErrorKind::Data, "pickle: ", what, " has a wrong type");
  return *value;
}

int64_t extent(const Pickled& pickled, Pickled::Ref ref, const char* what) {
  const int64_t value = expect<int64_t>(pickled, ref, what);
  check(value >= 0, ErrorKind::Data, "pickle: ", what, " is negative: ", value);
  return value;
}

Shape extents(const Pickled& pickled, Pickled::Ref ref, const char* what, uint64_t max_rank) {
  const Pickled::Tuple& tuple = expect<Pickled::Tuple>(pickled, ref, what);
  const uint64_t limit = std::min<uint64_t>(max_rank, static_cast<uint64_t>(kMaxRank));
  check(tuple.items.size() <= limit, ErrorKind::Limit, "pickle: ", what, " has ",
        tuple.items.size(), " axes, the limit is ", limit);
  Shape shape;
  for (const Pickled::Ref item : tuple.items) shape.push_back(extent(pickled, item, what));
  return shape;
}

}  // namespace

size_t persistent(Pickled& pickled, Pickled::Ref id, StorageId form) {
  const std::vector<Pickled::Ref>& items =
      expect<Pickled::Tuple>(pickled, id, "a persistent id").items;
  check(items.size() == static_cast<size_t>(form), ErrorKind::Data, "pickle: a persistent id has ",
        items.size(), " parts");
  check(expect<std::string>(pickled, items[0], "a persistent id") == "storage", ErrorKind::Data,
        "pickle: a persistent id that is no storage");
  const PickleGlobal& type =
      kPickleGlobals[expect<Pickled::Global>(pickled, items[1], "a storage's class").id];
  check(type.storage.has_value(), ErrorKind::Data, "pickle: ", type.name, " is no storage class");
  PickledStorage storage{expect<std::string>(pickled, items[2], "a storage's key"), *type.storage,
                         static_cast<uint64_t>(extent(pickled, items[4], "a storage's size"))};
  check(storage.numel <= INT64_MAX / size_of(storage.dtype), ErrorKind::Data, "pickle: storage ",
        storage.key, ": size overflows");
  expect<std::string>(pickled, items[3], "a storage's location");
  if (form == StorageId::OfStream) expect<std::monostate>(pickled, items[5], "a view of a storage");

  const auto [found, is_new] = pickled.storage_of_key.emplace(storage.key, pickled.storages.size());
  if (is_new) {
    pickled.storages.push_back(std::move(storage));
  } else {
    const PickledStorage& known = pickled.storages[found->second];
    check(known.dtype == storage.dtype && known.numel == storage.numel, ErrorKind::Data,
          "pickle: storage ", storage.key, " is described in two ways");
  }
  return found->second;
}

size_t rebuild_tensor(Pickled& pickled, const std::vector<Pickled::Ref>& arguments,
                      uint64_t max_rank) {
  PickledTensor tensor;
  tensor.storage = expect<Pickled::Storage>(pickled, arguments[0], "a tensor's storage").index;
  tensor.offset = extent(pickled, arguments[1], "a tensor's offset");
  tensor.shape = extents(pickled, arguments[2], "a tensor's shape", max_rank);
  tensor.strides = extents(pickled, arguments[3], "a tensor's stride", max_rank);
  check(tensor.shape.rank() == tensor.strides.rank(), ErrorKind::Data, "pickle: shape ",
        tensor.shape, " with strides ", tensor.strides);

  const PickledStorage& storage = pickled.storages[tensor.storage];
  const int64_t held = static_cast<int64_t>(storage.numel);
  int64_t last = tensor.offset, product = static_cast<int64_t>(size_of(storage.dtype));
  bool empty = false, overflow = false;
  for (int axis = 0; axis < tensor.shape.rank(); ++axis) {
    const int64_t n = tensor.shape[axis];
    empty = empty || n == 0;
    int64_t reach = 0;
    overflow = overflow || __builtin_mul_overflow(product, std::max<int64_t>(n, 1), &product) ||
               __builtin_mul_overflow(std::max<int64_t>(n - 1, 0), tensor.strides[axis], &reach) ||
               __builtin_add_overflow(last, reach, &last);
  }
  check(!overflow, ErrorKind::Data, "pickle: tensor ", tensor.shape, " with strides ",
        tensor.strides, " overflows");
  check(empty ? tensor.offset <= held : last < held, ErrorKind::Data, "pickle: tensor ",
        tensor.shape, " with strides ", tensor.strides, " at ", tensor.offset,
        " reaches beyond its storage of ", held, " elements");
  pickled.tensors.push_back(std::move(tensor));
  return pickled.tensors.size() - 1;
}

}  // namespace graft::transfer
