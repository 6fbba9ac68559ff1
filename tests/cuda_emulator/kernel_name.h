// The name of a kernel, for messages.
#pragma once

#include <string>

namespace graft::emulator {

/// Of a function of this program, from its symbol table: also of one that only its own file knows.
/// "?" where the table was stripped away.
std::string kernel_name(const void* function);

}  // namespace graft::emulator
