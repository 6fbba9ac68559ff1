// The `graft` command.
#include "graft/tools/cli/command_line.h"
#include "graft/tools/cli/commands.h"

int main(int argc, char** argv) {
  using namespace graft::cli;
  CommandLine command_line;
  command_line.add<TuneOptions>("tune", "Fine-tune pretrained weights on pictures", run_tune);
  command_line.add<EvalOptions>("eval", "Measure accuracy and loss", run_eval);
  command_line.add<PredictOptions>("predict", "Name the classes of pictures", run_predict);
  command_line.add<FeaturesOptions>("features", "Write a layer's output as .npy", run_features);
  command_line.add<InfoOptions>("info", "Show what a weight file holds, or the devices there are",
                                run_info);
  command_line.add<AuditOptions>("audit", "Compare two weight files by SHA-256", run_audit);
  command_line.add<BenchOptions>("bench", "Time a model under a freeze plan, kernel by kernel",
                                 run_bench);
  command_line.add<DemoOptions>("demo", "Show what transfer gains, on drawn pictures", run_demo);
  return command_line.run(argc, argv);
}
