// graft tune: fine-tunes a network on pictures and measures it.
#include <cstdio>
#include <iostream>
#include <optional>
#include <utility>

#include "graft/models/registry.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/match_classes.h"
#include "graft/tools/cli/paths.h"
#include "graft/tools/cli/progress_observer.h"
#include "graft/tools/cli/run_folder.h"
#include "graft/tools/cli/run_record.h"
#include "graft/tools/cli/tuning_data.h"
#include "graft/tools/report/evaluation_report.h"
#include "graft/tools/report/html.h"
#include "graft/transfer/folded_norms.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/state.h"
#include "graft/transfer/training/check_training.h"
#include "graft/transfer/training/trainer.h"

namespace graft::cli {
namespace {

using transfer::Json;

// A crash costs no more work than that; writing a large network each short epoch would cost more.
constexpr double kSecondsBetweenCheckpoints = 15;

// With the common options, and what has no option.
TuneOptions complete(TuneOptions options, const CommonOptions& common) {
  options.train.seed = common.seed;
  options.train.precision = common.precision;
  if (options.train.checkpoint_steps == 0)
    options.train.checkpoint_seconds = kSecondsBetweenCheckpoints;
  return options;
}

// Settings of run.json that may be others when a run goes on: they change no bit of the result, or,
// as the device, only how it rounds.
const std::vector<std::string> kMayDiffer = {"graft", "cache", "threads", "device"};

// Also writes each epoch to metrics.jsonl.
class TuneProgress final : public ProgressObserver {
 public:
  TuneProgress(ProgressLine& line, RunFolder& run) : ProgressObserver(line), run_(run) {}
  void on_begin(const std::vector<transfer::EpochResult>& done) override {
    std::vector<Json> events;
    for (const transfer::EpochResult& epoch : done) events.push_back(epoch_event(epoch));
    run_.begin_metrics(events);
  }
  void on_epoch(const transfer::EpochResult& epoch) override {
    ProgressObserver::on_epoch(epoch);
    run_.add_metric(epoch_event(epoch));
  }

 private:
  RunFolder& run_;
};

// A head that is kept goes on meaning what the file says of it.
void keep_outputs(TuningData& data, const LoadedNetwork& loaded) {
  const auto matched = [&](const data::DatasetPtr& set) {
    return match_classes(set, loaded.labels, loaded.network->classes()).dataset;
  };
  const bool one = data.val == data.dev;
  data.train = matched(data.train);
  if (data.dev) data.dev = matched(data.dev);
  data.val = one ? data.dev : matched(data.val);
}

void print_result(const Json& result, bool as_json) {
  if (as_json) {
    std::cout << transfer::write_json(result) << '\n';
    return;
  }
  const auto number = [&](const char* name) { return result.at(name).as_number(name); };
  const auto count = [&](const char* name) {
    return static_cast<long long>(result.at(name).as_integer(name));
  };
  const bool on_val = result.at("measured_on").as_string("measured_on") == kMeasuredOnVal;
  std::printf("%s accuracy %.2f %% (%lld of %lld), loss %.4f; %s\n", on_val ? "val" : "dev",
              100 * number("val_accuracy"), count("val_correct"), count("val_n"),
              number("val_loss"), result.at("out").as_string("out").c_str());
}

// What is trained, on what.
struct Job {
  TuningData data;
  LoadedNetwork loaded;
  transfer::FreezeReport frozen;
};

Job prepare(const TuneOptions& options, const CommonOptions& common, ProgressLine& line) {
  if (!options.model.empty()) models::check_model_name(options.model);
  TuningData data = open_tuning_data(options, common.seed, line);
  line.note(describe(data));
  catch_signals();  // from here on there is something to save
  LoadedNetwork loaded =
      load_for_tuning({options.model, options.scratch ? std::string() : options.weights,
                       data.train->class_count(), options.head, common.seed});
  if (options.head == Head::Keep) keep_outputs(data, loaded);
  loaded.labels = data.train->class_names();
  loaded.network->to(common.run_on);
  transfer::FreezeReport frozen = transfer::freeze(*loaded.network, options.freeze);
  transfer::check_training(*loaded.network, *data.train, data.dev.get(), options.train);
  return {std::move(data), std::move(loaded), std::move(frozen)};
}

// The folder for this run, or the result in it if it holds the whole run already.
std::optional<Json> begin(RunFolder& run, const Job& job, const TuneOptions& options,
                          const CommonOptions& common) {
  check(options.weights.empty() || !same_file(options.weights, run.weights()), ErrorKind::Argument,
        "tune: ", options.weights, " is what this run would replace; give another --out");
  const Json config = config_json(options, common, job.data, job.loaded, job.frozen);
  if (options.train.resume) {
    run.resume(config, kMayDiffer);
    if (std::optional<Json> result = run.result()) return result;
  } else {
    run.start_over(config, options.overwrite);
  }
  run.write("labels.txt", label_lines(job.loaded.labels));
  if (!job.data.bad.empty()) run.write("bad_files.txt", bad_lines(job.data.bad));
  return std::nullopt;
}

transfer::TrainResult train(RunFolder& run, const Job& job, const TuneOptions& options,
                            ProgressLine& line) {
  if (!options.weights.empty()) line.note("weights: " + job.loaded.report.summary());
  if (const size_t folded = transfer::folded_norms(*job.loaded.network).size())
    line.note("warning: " + std::to_string(folded) +
              " batch norms are folded into the filters before them (mean 0, variance 1, weight "
              "1); normalising by each batch spoils these weights: --freeze " +
              (options.freeze.empty() ? "" : options.freeze + ",") + "norms keeps them");
  transfer::TrainOptions settings = options.train;
  settings.checkpoints = run.checkpoints();
  TuneProgress progress(line, run);
  return transfer::train(*job.loaded.network, job.data.train, job.data.dev, job.loaded.preprocess,
                         settings, &progress);
}

// Leaves weights, report and result in the folder of the run.
Json write_report(RunFolder& run, const Job& job, const transfer::TrainResult& result,
                  const TuneOptions& options, const CommonOptions& common) {
  const auto& [data, loaded, frozen] = job;
  run.write_weights(transfer::to_weight_file(loaded.network->named_tensors(), loaded.metadata()));
  const auto [logits, val] =
      transfer::evaluate(*loaded.network, data.val, loaded.preprocess, options.train.batch);
  const Json summary = result_json(result, val, data, common.precision, options.out);
  run.add_metric(summary);
  run.write("report.html", report::page("graft tune: " + loaded.model + " on " + options.data,
                                        {report::learning_curves(result.history),
                                         report::confusion_section(logits, *data.val),
                                         report::mistakes_section(logits, *data.val, 16)}));
  run.write_result(summary);
  return summary;
}

}  // namespace

int run_tune(const TuneOptions& asked, const CommonOptions& common) {
  const TuneOptions options = complete(asked, common);
  ProgressLine line(common.quiet);
  const Job job = prepare(options, common, line);
  RunFolder run(options.out);
  if (const std::optional<Json> result = begin(run, job, options, common)) {
    line.note(options.out + " holds this run, complete: nothing is left to do");
    print_result(*result, common.json);
    return kDone;
  }
  const transfer::TrainResult result = train(run, job, options, line);
  if (result.interrupted) {
    line.note("stopped; `graft tune ... --resume` goes on from here");
    return exit_code_of_signal();
  }
  const Json summary = write_report(run, job, result, options, common);
  line.clear();
  print_result(summary, common.json);
  return kDone;
}

}  // namespace graft::cli
