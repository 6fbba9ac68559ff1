// A restricted pickle machine: it builds tensors' descriptions, dictionaries, lists and scalars,
// and nothing else. It knows the 33 opcodes and the few globals of PyTorch's protocol-2 files; any
// other opcode is refused. Nothing in a file is ever looked up, imported or called: REDUCE selects
// one of a handful of functions of ours. A class or function that is none of them, and all that is
// made from it, is an opaque value that only keeps the name: what stands beside the weights of a
// checkpoint (argparse.Namespace) does no harm, and nothing can be built from it.
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
  struct Opaque {
    size_t index = 0;  ///< of the name in `unknown`
  };
  using Value = std::variant<std::monostate, bool, int64_t, double, std::string, Tuple, List, Dict,
                             Global, Storage, Tensor, Opaque>;

  std::vector<Value> values;
  std::vector<PickledStorage> storages;
  std::unordered_map<std::string, size_t> storage_of_key;
  std::vector<PickledTensor> tensors;
  std::vector<std::string> unknown;  ///< "module.name" of classes and functions, one a GLOBAL
  Ref root = 0;

  const Value& at(Ref ref) const { return values[ref]; }
  /// The name of what an opaque value was made of, or null if the value is another.
  const std::string* opaque_name(Ref ref) const {
    const auto* const opaque = std::get_if<Opaque>(&values[ref]);
    return opaque ? &unknown[opaque->index] : nullptr;
  }
};

/// How a storage is named: ('storage', class, key, location, numel), which the older stream follows
/// by a None.
enum class StorageId : size_t { OfZip = 5, OfStream = 6 };

/// Runs the pickle that begins at `offset` and moves `offset` behind its STOP. It may not reach
/// beyond `end`. Error(Data) with opcode and position, Error(Limit).
Pickled run_pickle(ByteSource& file, uint64_t& offset, uint64_t end, StorageId ids,
                   const Limits& limits);

}  // namespace graft::transfer
