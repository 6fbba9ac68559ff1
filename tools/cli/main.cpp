// The `graft` command.
#include "graft/tools/cli/command_line.h"

int main(int argc, char** argv) {
  graft::cli::CommandLine command_line;
  return command_line.run(argc, argv);
}
