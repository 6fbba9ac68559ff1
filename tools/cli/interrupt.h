// Stopping a command by signal: the first SIGINT or SIGTERM asks, the second ends the program.
#pragma once

namespace graft::cli {

/// From now on the first of the two signals only sets the flag; call once, from main or a command.
void catch_signals();

/// Whether one has come; ask once a step. Readable from any thread.
bool stop_requested() noexcept;

/// kInterrupt or kTerminate after a signal, kDone otherwise.
int exit_code_of_signal() noexcept;

}  // namespace graft::cli
