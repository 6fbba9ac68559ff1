#include "graft/core/kernel_trace.h"

namespace graft {

thread_local constinit KernelTrace* TraceScope::current_ = nullptr;

}  // namespace graft
