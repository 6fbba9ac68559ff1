// The `graft` command.
#include "graft/tools/cli/command_line.h"
#include "graft/tools/cli/commands.h"

int main(int argc, char** argv) {
  using namespace graft::cli;
  CommandLine command_line;
  command_line.add<InfoOptions>("info", "Show what a weight file holds", run_info);
  command_line.add<AuditOptions>("audit", "Compare two weight files by SHA-256", run_audit);
  return command_line.run(argc, argv);
}
