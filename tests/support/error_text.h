// The text of the error that a call raises: texts are tested like results.
#pragma once

#include <string>

#include "graft/core/error.h"

namespace graft::testing {

/// "" if nothing was thrown.
template <class Call>
std::string error_text(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace graft::testing
