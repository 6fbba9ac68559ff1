// What networks can run on, for `graft info --devices`.
#pragma once

#include <string>

#include "graft/transfer/json/json.h"

namespace graft::cli {

/// A line each: the CPU, then every CUDA device, or why there is none.
std::string devices_text();
/// {"schema", "devices": [{"device", ...}], "cuda": {"usable", "text"}}
transfer::Json devices_json();

}  // namespace graft::cli
