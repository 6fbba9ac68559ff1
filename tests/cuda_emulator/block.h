// Runs the threads of a block, one at a time, each until it has to wait for others.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "cuda_emulator/vector_types.h"

namespace graft::emulator {

/// A kernel that a GPU would run into undefined behaviour or a hang: a thread that returned while
/// others wait, a warp that is not complete. The text names the kernel.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A kernel with its arguments: `call` runs it for the thread that threadIdx and blockIdx name.
struct KernelCall {
  void (*call)(void* arguments) = nullptr;
  void* arguments = nullptr;
  const void* function = nullptr;  ///< of the kernel, for its name
};

/// All blocks of a grid, one after the other. `backwards`: blocks and threads from the last to the
/// first; a kernel whose result depends on the order has a race. Not for concurrent use.
void run_grid(const KernelCall& kernel, dim3 grid, dim3 block, bool backwards);

/// Device code: returns once all threads of the block have called it.
void synchronize_block();
/// Device code: the `value` of each lane of the warp, once all 32 have called the same `primitive`;
/// valid until the warp's next but one.
const uint64_t* exchange(const char* primitive, unsigned mask, uint64_t value);
/// Device code: this thread's place in its warp.
int lane();

}  // namespace graft::emulator
