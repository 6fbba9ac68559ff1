#include "graft/transfer/training/training_job.h"

#include "graft/core/io/sha256.h"
#include "graft/transfer/json/first_difference.h"
#include "graft/transfer/metadata.h"
#include "graft/transfer/numerics_record.h"

namespace graft::transfer {
namespace {

// Which parameters are trained, not only how many values they hold.
std::string hash_of_trained(const layers::Network& network) {
  Sha256 hash;
  for (const NamedTensor& parameter : network.parameters())
    if (parameter.tensor.requires_grad()) hash.update(parameter.path + '\n');
  return hash.hex();
}

int64_t trained_values(const layers::Network& network) {
  int64_t values = 0;
  for (const NamedTensor& parameter : network.parameters())
    if (parameter.tensor.requires_grad()) values += parameter.tensor.numel();
  return values;
}

void set_augment(Json& job, const data::Augment& augment) {
  job.set("augment", data::to_string(augment.kind));
  if (augment.kind == data::Augment::Kind::RandomResizedCrop)
    job.set("augment_area", Json::Array{augment.min_area, augment.max_area})
        .set("augment_aspect", Json::Array{augment.min_aspect, augment.max_aspect});
  if (augment.kind == data::Augment::Kind::PadCrop) job.set("augment_padding", augment.padding);
}

}  // namespace

std::string hash_of_samples(const data::Dataset& dataset) {
  Sha256 hash;
  for (int64_t i = 0; i < dataset.size(); ++i)
    hash.update(dataset.id(i) + '\0' + std::to_string(dataset.label(i)) + '\0' +
                dataset.fingerprint(i) + '\n');
  return hash.hex();
}

void record_recipe(Json& record, const TrainOptions& options) {
  record.set("epochs", options.epochs).set("batch", options.batch).set("lr", options.lr);
  record.set("optimizer", to_string(options.optimizer));
  record.set("schedule", to_string(options.schedule));
  record.set("warmup_epochs", options.warmup_epochs).set("momentum", options.momentum);
  record.set("weight_decay", options.weight_decay).set("label_smoothing", options.label_smoothing);
  record.set("clip_norm", options.clip_norm).set("trunk_lr_scale", options.trunk_lr_scale);
  record.set("patience", options.patience).set("seed", options.seed);
  set_augment(record, options.augment);
  record_numerics(record, options.precision);
}

Json describe_job(const layers::Network& network, const data::Dataset& train_set,
                  const data::Dataset* dev_set, const Preprocess& preprocess,
                  const TrainOptions& options) {
  Json job = Json::object();
  record_recipe(job, options);
  job.set("trained_values", trained_values(network));
  job.set("trained_hash", hash_of_trained(network));
  job.set("train_samples", train_set.size()).set("dev_samples", dev_set ? dev_set->size() : 0);
  job.set("train_hash", hash_of_samples(train_set));
  if (dev_set) job.set("dev_hash", hash_of_samples(*dev_set));
  Metadata contract;
  write_preprocess(contract, preprocess);
  for (const auto& [key, value] : contract) job.set(key, value);
  return job;
}

std::string difference_of_jobs(const Json& before, const Json& now,
                               const std::vector<std::string>& ignored) {
  const std::optional<JsonDifference> difference = first_difference(before, now, ignored);
  if (!difference) return "";
  if (difference->member == "epochs")
    return difference->text + " (the learning rate's schedule runs over all of them)";
  if (difference->member.ends_with("_hash") && difference->member != "trained_hash")
    return difference->text + " (samples were renamed, replaced or edited)";
  return difference->text;
}

}  // namespace graft::transfer
