// graft tune: fine-tunes a network on pictures and measures it.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "graft/core/exactness.h"
#include "graft/core/parallel.h"
#include "graft/core/utf8.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/match_classes.h"
#include "graft/tools/cli/progress_observer.h"
#include "graft/tools/cli/run_folder.h"
#include "graft/tools/cli/tuning_data.h"
#include "graft/tools/report/evaluation_report.h"
#include "graft/tools/report/html.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/state.h"

namespace graft::cli {
namespace {

using transfer::Json;

// A crash costs no more work than that; writing a large network each short epoch would cost more.
constexpr double kSecondsBetweenCheckpoints = 15;

transfer::TrainOptions train_options(const TuneOptions& options, uint64_t seed) {
  transfer::TrainOptions train;
  train.epochs = options.epochs;
  train.batch = options.batch;
  train.lr = options.lr;
  train.optimizer = options.optimizer;
  train.schedule = options.schedule;
  train.warmup_epochs = options.warmup_epochs;
  train.momentum = options.momentum;
  train.weight_decay = options.weight_decay;
  train.label_smoothing = options.label_smoothing;
  train.clip_norm = options.clip_norm;
  train.trunk_lr_scale = options.trunk_lr_scale;
  train.patience = options.patience;
  train.seed = seed;
  train.cache_features = options.cache;
  train.augment.kind = options.augment;
  train.workers = options.workers;
  train.checkpoint_steps = options.save_every;
  train.checkpoint_seconds = options.save_every ? 0 : kSecondsBetweenCheckpoints;
  train.resume = options.resume;
  return train;
}

// Settings of run.json that do not change a bit of the result.
const std::vector<std::string> kWithoutEffect = {"graft", "cache", "threads"};

Json config_json(const TuneOptions& options, const CommonOptions& common, const TuningData& data,
                 const LoadedNetwork& loaded, const transfer::FreezeReport& frozen) {
  Json json = Json::object();
  json.set("schema", 1).set("graft", GRAFT_VERSION).set("data", options.data);
  json.set("val", options.val).set("per_class", options.per_class);
  json.set("dev_samples", data.dev ? data.dev->size() : 0);
  json.set("group_duplicates", options.group_duplicates).set("skip_bad", options.skip_bad);
  json.set("bad_files", data.bad.size());
  json.set("model", loaded.model).set("model_options", loaded.variant);
  json.set("weights", options.weights)
      .set("freeze", options.freeze)
      .set("head", to_string(options.head));
  json.set("epochs", options.epochs).set("batch", options.batch).set("lr", options.lr);
  json.set("optimizer", to_string(options.optimizer));
  json.set("schedule", to_string(options.schedule));
  json.set("warmup", options.warmup_epochs).set("momentum", options.momentum);
  json.set("weight_decay", options.weight_decay).set("label_smoothing", options.label_smoothing);
  json.set("clip", options.clip_norm).set("trunk_lr", options.trunk_lr_scale);
  json.set("patience", options.patience).set("augment", to_string(options.augment));
  json.set("cache", options.cache).set("seed", common.seed);
  std::ostringstream device;
  device << common.run_on;
  json.set("device", device.str()).set("threads", num_threads()).set("exact", exact());
  json.set("train_samples", data.train->size()).set("val_samples", data.val->size());
  json.set("frozen_parameters", frozen.frozen_parameters);
  json.set("total_parameters", frozen.total_parameters);
  return json;
}

Json epoch_event(const transfer::EpochResult& epoch) {
  Json event = Json::object();
  event.set("event", "epoch").set("epoch", epoch.epoch).set("train_loss", epoch.train_loss);
  event.set("lr", epoch.lr).set("seconds", epoch.seconds);
  if (epoch.dev) event.set("dev_loss", epoch.dev->loss).set("dev_accuracy", epoch.dev->accuracy());
  return event;
}

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

bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error);
}

std::string label_lines(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels) out += one_line(label) + '\n';
  return out;
}

// A file a line, and what is wrong with it.
std::string bad_lines(const std::vector<data::SkippedFile>& bad) {
  std::string out;
  for (const data::SkippedFile& file : bad)
    out += one_line(file.path) + '\t' + one_line(file.reason) + '\n';
  return out;
}

Json result_json(const transfer::TrainResult& result, const transfer::Evaluation& val,
                 const TuningData& data, const std::string& out) {
  Json json = Json::object();
  json.set("schema", 1).set("val_accuracy", val.accuracy()).set("val_loss", val.loss);
  json.set("val_n", val.n).set("val_correct", val.correct);
  json.set("measured_on", data.val == data.dev ? "dev split that chose the epoch" : "val");
  json.set("epochs", result.epochs).set("best_epoch", result.best_epoch);
  json.set("seconds", result.seconds).set("seconds_features", result.seconds_features);
  json.set("cached_stages", static_cast<int64_t>(result.cached_stages));
  json.set("cache", result.cache_note).set("out", out);
  return json;
}

}  // namespace

int run_tune(const TuneOptions& options, const CommonOptions& common) {
  ProgressLine line(common.quiet);
  TuningData data = open_tuning_data(options, common.seed, line);
  line.note(describe(data));
  catch_signals();  // from here on there is something to save
  LoadedNetwork loaded =
      load_for_tuning({options.model, options.scratch ? std::string() : options.weights,
                       data.train->class_count(), options.head, common.seed});
  if (options.head == Head::Keep) keep_outputs(data, loaded);
  loaded.labels = data.train->class_names();
  const transfer::FreezeReport frozen = transfer::freeze(*loaded.network, options.freeze);

  RunFolder run(options.out);
  check(options.weights.empty() || !same_file(options.weights, run.weights()), ErrorKind::Argument,
        "tune: ", options.weights, " is what this run would replace; give another --out");
  const Json config = config_json(options, common, data, loaded, frozen);
  if (options.resume)
    run.resume(config, kWithoutEffect);
  else
    run.start_over(config, options.overwrite);
  run.write("labels.txt", label_lines(loaded.labels));
  if (!data.bad.empty()) run.write("bad_files.txt", bad_lines(data.bad));

  transfer::TrainOptions train = train_options(options, common.seed);
  train.checkpoints = run.checkpoints();
  TuneProgress progress(line, run);
  if (!options.weights.empty()) line.note("weights: " + loaded.report.summary());
  const transfer::TrainResult result =
      transfer::train(*loaded.network, data.train, data.dev, loaded.preprocess, train, &progress);
  if (result.interrupted) {
    line.note("stopped; `graft tune ... --resume` goes on from here");
    return exit_code_of_signal();
  }
  run.write_weights(transfer::to_weight_file(loaded.network->named_tensors(), metadata_of(loaded)));
  const auto [logits, val] =
      transfer::evaluate(*loaded.network, data.val, loaded.preprocess, options.batch);
  const Json summary = result_json(result, val, data, options.out);
  run.add_metric(summary);
  run.write("report.html", report::page("graft tune: " + loaded.model + " on " + options.data,
                                        {report::learning_curves(result.history),
                                         report::confusion_section(logits, *data.val),
                                         report::mistakes_section(logits, *data.val, 16)}));
  line.clear();
  if (common.json)
    std::cout << transfer::write_json(summary) << '\n';
  else
    std::printf("val accuracy %.2f %% (%lld of %lld), loss %.4f; %s\n", 100 * val.accuracy(),
                static_cast<long long>(val.correct), static_cast<long long>(val.n), val.loss,
                options.out.c_str());
  return kDone;
}

}  // namespace graft::cli
