#include "graft/core/op_scope.h"

namespace graft {

thread_local constinit const char* OpScope::current_ = "graft";

}  // namespace graft
