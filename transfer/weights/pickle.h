// A restricted pickle machine: it builds tensors' descriptions, dictionaries, lists and scalars,
// and nothing else. It knows the 32 opcodes and the few globals of PyTorch's protocol-2 files; any
// other is refused by name. Nothing in a file is ever looked up, imported or called: REDUCE selects
// one of a handful of functions of ours.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "graft/core/dtype.h"
#include "graft/core/io/byte_source.h"
#include "graft/core/limits.h"
#include "graft/core/shape.h"

namespace graft::transfer {

/// A storage that the pickle names and the container holds.
struct PickledStorage {
  std::string key;
  DType dtype = DType::F32;
  uint64_t numel = 0;
};

/// A tensor as a view of a storage, proven to lie inside.
struct PickledTensor {
  size_t storage = 0;  ///< index into Pickled::storages
  int64_t offset = 0;
  Shape shape, strides;
};

/// What a pickle holds: values that refer to each other by index, so that sharing costs nothing and
/// cycles do no harm.
struct Pickled {
  using Ref = uint32_t;
  struct Tuple {
    std::vector<Ref> items;
  };
  struct List {
    std::vector<Ref> items;
  };
  struct Dict {
    std::vector<std::pair<Ref, Ref>> items;
    bool ordered = false;  ///< an OrderedDict, which may be given attributes
  };
  struct Global {
    uint8_t id = 0;
  };
  struct Storage {
    size_t index = 0;
  };
  struct Tensor {
    size_t index = 0;
  };
  using Value = std::variant<std::monostate, bool, int64_t, double, std::string, Tuple, List, Dict,
                             Global, Storage, Tensor>;

  std::vector<Value> values;
  std::vector<PickledStorage> storages;
  std::unordered_map<std::string, size_t> storage_of_key;
  std::vector<PickledTensor> tensors;
  Ref root = 0;

  const Value& at(Ref ref) const { return values[ref]; }
};

/// How a storage is named: ('storage', class, key, location, numel), which the older stream follows
/// by a None.
enum class StorageId : size_t { OfZip = 5, OfStream = 6 };

/// Runs the pickle that begins at `offset` and moves `offset` behind its STOP. It may not reach
/// beyond `end`. Error(Data) with opcode and position, Error(Limit).
Pickled run_pickle(ByteSource& file, uint64_t& offset, uint64_t end, StorageId ids,
                   const Limits& limits);

}  // namespace graft::transfer
