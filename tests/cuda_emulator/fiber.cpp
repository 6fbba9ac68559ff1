#include "cuda_emulator/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if defined(__x86_64__)
// The registers that a called function has to leave as they were go on the stack, which is then
// exchanged (System V ABI). ucontext does the same with two system calls.
extern "C" void graft_emulator_switch(void** from, void* to);
asm(R"(
.text
.type graft_emulator_switch, @function
graft_emulator_switch:
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size graft_emulator_switch, . - graft_emulator_switch
)");
#endif

namespace graft::emulator {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kStackBytes = 256 << 10;
#else
constexpr size_t kStackBytes = 64 << 10;
#endif

Context* left = nullptr;  // the context that was left last

// What AddressSanitizer has to know after a switch: whose stack this was.
void arrived() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &left->stack, &left->stack_bytes);
#endif
}

void (*first_entry)() = nullptr;
void start() {
  arrived();
  first_entry();
}

}  // namespace

void switch_context(Context& from, Context& to) {
  left = &from;
#if defined(__SANITIZE_ADDRESS__)
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, to.stack, to.stack_bytes);
#endif
#if defined(__x86_64__)
  graft_emulator_switch(&from.stack_pointer, to.stack_pointer);
#else
  swapcontext(&from.registers, &to.registers);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack, &left->stack, &left->stack_bytes);
#endif
}

Fiber::Fiber(void (*entry)()) {
  first_entry = entry;
  stack_ = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack_ == MAP_FAILED) throw std::bad_alloc();
  mprotect(stack_, 4096, PROT_NONE);  // an overflow ends here
  context.stack = stack_;
  context.stack_bytes = kStackBytes;
#if defined(__x86_64__)
  // As if graft_emulator_switch had been left: six registers, the address to return to, and above
  // it the one of start(), which is never used: so start() finds the stack aligned as after a call.
  auto* const top = reinterpret_cast<uintptr_t*>(static_cast<char*>(stack_) + kStackBytes);
  top[-2] = reinterpret_cast<uintptr_t>(&start);
  context.stack_pointer = top - 8;
#else
  getcontext(&context.registers);
  context.registers.uc_stack.ss_sp = stack_;
  context.registers.uc_stack.ss_size = kStackBytes;
  makecontext(&context.registers, &start, 0);
#endif
}

Fiber::~Fiber() {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(stack_, kStackBytes);  // left in the middle of a function
#endif
  munmap(stack_, kStackBytes);
}

}  // namespace graft::emulator
