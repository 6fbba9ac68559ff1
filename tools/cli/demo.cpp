// graft demo: needs no files. Draws a source and a target task, pretrains, transfers, reports.
#include <iostream>

#include "graft/core/io/file_system.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/progress_observer.h"
#include "graft/tools/demo/demo_report.h"
#include "graft/tools/report/statistics.h"
#include "graft/transfer/json/json.h"

namespace graft::cli {
namespace {

// Over a hundred short trainings: their epochs are not worth a line each.
class DemoProgress final : public ProgressObserver {
 public:
  using ProgressObserver::ProgressObserver;
  void on_epoch(const transfer::EpochResult&) override {}
  // The line says which training it is about.
  void on_progress(const Progress& p) override {
    const std::string phase = training_ + ", " + p.phase;
    Progress named = p;
    named.phase = phase.c_str();
    ProgressObserver::on_progress(named);
  }
  void on_note(const std::string& text) override {
    if (text.starts_with("feature cache") || text.starts_with("epoch")) return;
    training_ = text;
    ProgressObserver::on_note(text);
  }

 private:
  std::string training_;
};

transfer::Json to_json(const demo::ExperimentResult& result, const std::string& report) {
  using transfer::Json;
  Json methods = Json::object();
  const std::vector<double> scratch = result.accuracies(demo::Method::Scratch);
  for (const demo::Method method : demo::kMethods) {
    const std::vector<double> values = result.accuracies(method);
    const report::Spread accuracy = report::spread(values),
                         gain = report::paired_gain(values, scratch);
    Json entry = Json::object();
    entry.set("accuracy", accuracy.mean / 100).set("deviation", accuracy.deviation / 100);
    entry.set("gain", gain.mean / 100).set("gain_half_interval", gain.half_interval / 100);
    methods.set(demo::to_string(method), std::move(entry));
  }
  Json json = Json::object();
  json.set("source_accuracy", result.source.accuracy()).set("methods", std::move(methods));
  json.set("report", report);
  return json;
}

}  // namespace

int run_demo(const DemoOptions& options, const CommonOptions& common) {
  catch_signals();
  FileSystem& files = real_file_system();
  const std::string page = options.out + "/report.html";
  files.make_folders(options.out);  // before the work whose result goes there
  const auto lock = files.lock(options.out + "/.lock");
  check(files.kind(page) != FileSystem::Kind::Folder, ErrorKind::Io, "demo: ", page,
        ": a folder stands where the report goes");
  demo::ExperimentOptions experiment;
  experiment.seeds = options.seeds;
  experiment.device = common.run_on;
  experiment.precision = common.precision;
  experiment.seed = common.seed;
  demo::ExperimentResult result;
  {
    ProgressLine line(common.quiet);
    DemoProgress observer(line);
    result = demo::run_experiment(experiment, observer);
  }
  if (stop_requested()) return exit_code_of_signal();
  write_file_atomically(files, page, demo::html_report(result, experiment));
  if (common.json)
    std::cout << transfer::write_json(to_json(result, page)) << '\n';
  else
    std::cout << demo::text_table(result) << "report: " << page << '\n';
  return kDone;
}

}  // namespace graft::cli
