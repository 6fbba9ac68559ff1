#include "graft/tools/cli/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace graft::cli {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

extern "C" void on_signal(int signal) {
  if (received.exchange(signal) != 0) _exit(128 + signal);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // a write that was under way goes on
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() noexcept { return received.load() != 0; }

int exit_code_of_signal() noexcept {
  const int signal = received.load();
  return signal == 0 ? 0 : 128 + signal;
}

}  // namespace graft::cli
