#include "graft/tools/cli/run_record.h"

#include <sstream>

#include "graft/core/parallel.h"
#include "graft/core/utf8.h"
#include "graft/tools/cli/paths.h"
#include "graft/transfer/numerics_record.h"
#include "graft/transfer/training/training_job.h"

namespace graft::cli {

using transfer::Json;

Json config_json(const TuneOptions& options, const CommonOptions& common, const TuningData& data,
                 const LoadedNetwork& loaded, const transfer::FreezeReport& frozen) {
  Json json = Json::object();
  json.set("schema", 1)
      .set("graft", GRAFT_VERSION)
      .set("data", canonical_path(options.data).string());
  json.set("val", canonical_path(options.val).string()).set("per_class", options.per_class);
  json.set("dev_samples", data.dev ? data.dev->size() : 0);
  json.set("group_duplicates", options.group_duplicates).set("skip_bad", options.skip_bad);
  json.set("bad_files", data.bad.size());
  json.set("model", loaded.model).set("model_options", loaded.variant);
  json.set("weights", canonical_path(options.weights).string())
      .set("freeze", options.freeze)
      .set("head", to_string(options.head));
  transfer::record_recipe(json, options.train);
  json.set("cache", options.train.cache_features);
  std::ostringstream device;
  device << common.run_on;
  json.set("device", device.str()).set("threads", num_threads());
  json.set("train_samples", data.train->size()).set("val_samples", data.val->size());
  json.set("train_hash", transfer::hash_of_samples(*data.train));
  if (data.dev) json.set("dev_hash", transfer::hash_of_samples(*data.dev));
  if (data.val != data.dev) json.set("val_hash", transfer::hash_of_samples(*data.val));
  json.set("frozen_parameters", frozen.frozen_parameters);
  json.set("total_parameters", frozen.total_parameters);
  return json;
}

Json epoch_event(const transfer::EpochResult& epoch) {
  Json event = Json::object();
  event.set("event", "epoch").set("epoch", epoch.epoch).set("train_loss", epoch.train_loss);
  event.set("lr", epoch.lr).set("seconds", epoch.seconds);
  if (epoch.loss_scale)
    event.set("skipped_steps", epoch.skipped_steps).set("loss_scale", *epoch.loss_scale);
  if (epoch.dev) event.set("dev_loss", epoch.dev->loss).set("dev_accuracy", epoch.dev->accuracy());
  return event;
}

Json result_json(const transfer::TrainResult& result, const transfer::Evaluation& val,
                 const TuningData& data, DType precision, const std::string& out) {
  Json json = Json::object();
  json.set("schema", 1).set("val_accuracy", val.accuracy()).set("val_loss", val.loss);
  json.set("val_n", val.n).set("val_correct", val.correct);
  json.set("measured_on", data.val == data.dev ? "dev split that chose the epoch" : kMeasuredOnVal);
  json.set("epochs", result.epochs).set("best_epoch", result.best_epoch);
  json.set("seconds", result.seconds).set("seconds_features", result.seconds_features);
  json.set("cached_stages", static_cast<int64_t>(result.cached_stages));
  transfer::record_numerics(json, precision);
  if (precision == DType::F16) json.set("skipped_steps", skipped_steps(result.history));
  json.set("cache", result.cache_note).set("pictures", result.pictures_note);
  json.set("steps", result.recording_note).set("out", out);
  return json;
}

std::string label_lines(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels) out += one_line(label) + '\n';
  return out;
}

std::string bad_lines(const std::vector<data::SkippedFile>& bad) {
  std::string out;
  for (const data::SkippedFile& file : bad)
    out += one_line(file.path) + '\t' + one_line(file.reason) + '\n';
  return out;
}

}  // namespace graft::cli
