#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {
namespace {
ModuleHost program{};
}

void set_host(const ModuleHost& host) noexcept { program = host; }

const char* current_op() noexcept { return program.current_op ? program.current_op() : "cuda"; }
bool exact() noexcept { return program.exact(); }
bool tf32() noexcept { return program.tf32(); }

}  // namespace graft::cuda
