// The `graft` command.
#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app("Graft: transfer learning on pretrained networks");
  app.set_version_flag("--version", "graft " GRAFT_VERSION);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
