// The allow-list of the pickle machine: full names, each with a meaning of ours.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "graft/core/dtype.h"

namespace graft::transfer {

enum class PickleFunction : uint8_t {
  None,  ///< not callable
  OrderedDict,
  RebuildTensor,
  RebuildTensorV2,
  RebuildParameter,
  Size,
};

struct PickleGlobal {
  std::string_view name;  ///< "module attribute"
  PickleFunction function = PickleFunction::None;
  std::optional<DType> storage = {};  ///< element type, for a storage class
};

inline constexpr std::array<PickleGlobal, 21> kPickleGlobals = {{
    {"collections OrderedDict", PickleFunction::OrderedDict},
    {"torch._utils _rebuild_tensor", PickleFunction::RebuildTensor},
    {"torch._utils _rebuild_tensor_v2", PickleFunction::RebuildTensorV2},
    {"torch._utils _rebuild_parameter", PickleFunction::RebuildParameter},
    {"torch Size", PickleFunction::Size},
    {"torch FloatStorage", PickleFunction::None, DType::F32},
    {"torch DoubleStorage", PickleFunction::None, DType::F64},
    {"torch BFloat16Storage", PickleFunction::None, DType::BF16},
    {"torch HalfStorage", PickleFunction::None, DType::F16},
    {"torch LongStorage", PickleFunction::None, DType::I64},
    {"torch IntStorage", PickleFunction::None, DType::I32},
    {"torch ByteStorage", PickleFunction::None, DType::U8},
    {"torch BoolStorage", PickleFunction::None, DType::Bool},
    {"torch float32"},
    {"torch float64"},
    {"torch bfloat16"},
    {"torch float16"},
    {"torch int64"},
    {"torch int32"},
    {"torch uint8"},
    {"torch bool"},
}};

}  // namespace graft::transfer
