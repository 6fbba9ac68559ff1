#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {
namespace {
ModuleHost program{};
}

void set_host(const ModuleHost& host) noexcept { program = host; }

const char* current_op() noexcept { return program.current_op ? program.current_op() : "cuda"; }
Numerics numerics() noexcept { return program.numerics(); }

}  // namespace graft::cuda
