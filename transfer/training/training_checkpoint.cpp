#include "graft/transfer/training/training_checkpoint.h"

#include <limits>

#include "graft/transfer/state.h"
#include "graft/transfer/training/training_job.h"

namespace graft::transfer {
namespace {

// Optimizer state in a weight file: "PATH#SLOT".
WeightFile optimizer_file(const optim::Optimizer& optimizer) {
  WeightFile file;
  for (const optim::StateTensor& entry : optimizer.state()) {
    Tensor copy = Tensor::empty(entry.tensor.shape(), entry.tensor.dtype());
    file.add(entry.path + '#' + entry.slot, copy.copy_(entry.tensor));
  }
  return file;
}

std::vector<optim::StateTensor> optimizer_state(const WeightFile& file) {
  std::vector<optim::StateTensor> state;
  for (const WeightFile::Entry& entry : file.entries()) {
    const size_t mark = entry.name.rfind('#');
    check(mark != std::string::npos, ErrorKind::Data, "checkpoint: optimizer entry '", entry.name,
          "' names no slot");
    state.push_back({entry.name.substr(0, mark), entry.name.substr(mark + 1), entry.tensor});
  }
  return state;
}

Json to_json(const Evaluation& dev) {
  return Json::object().set("n", dev.n).set("correct", dev.correct).set("loss", dev.loss);
}

Json to_json(const EpochResult& epoch) {
  Json json = Json::object();
  json.set("epoch", epoch.epoch).set("train_loss", epoch.train_loss).set("lr", epoch.lr);
  json.set("seconds", epoch.seconds);
  json.set("skipped_steps", epoch.skipped_steps);
  if (epoch.loss_scale) json.set("loss_scale", *epoch.loss_scale);
  if (epoch.dev) json.set("dev", to_json(*epoch.dev));
  return json;
}

// Losses that are not finite are null in JSON.
double loss_from(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.as_number("loss");
}

EpochResult epoch_from(const Json& json) {
  EpochResult epoch;
  epoch.epoch = static_cast<int>(json.at("epoch").as_integer("epoch"));
  epoch.train_loss = json.at("train_loss").as_number("train_loss");
  epoch.lr = json.at("lr").as_number("lr");
  epoch.seconds = json.at("seconds").as_number("seconds");
  epoch.skipped_steps = json.at("skipped_steps").as_integer("skipped_steps");
  if (const Json* scale = json.find("loss_scale"))
    epoch.loss_scale = scale->as_number("loss_scale");
  if (const Json* dev = json.find("dev"))
    epoch.dev = Evaluation{dev->at("n").as_integer("n"), dev->at("correct").as_integer("correct"),
                           loss_from(dev->at("loss"))};
  return epoch;
}

Json to_json(const RunState& state) {
  Json history = Json::array();
  for (const EpochResult& epoch : state.history) history.push(to_json(epoch));
  Json json = Json::object();
  json.set("epoch", state.epoch).set("step_in_epoch", state.step_in_epoch);
  json.set("loss_sum", state.loss_sum).set("samples", state.samples);
  json.set("skipped_steps", state.skipped_steps);
  if (state.loss_scale)
    json.set("loss_scale", state.loss_scale->factor())
        .set("loss_scale_steps", state.loss_scale->steps());
  json.set("best_epoch", state.best_epoch).set("finished", state.finished);
  json.set("history", std::move(history));
  return json;
}

RunState run_state_from(const Json& json) {
  RunState state;
  state.epoch = static_cast<int>(json.at("epoch").as_integer("epoch"));
  state.step_in_epoch = json.at("step_in_epoch").as_integer("step_in_epoch");
  state.loss_sum = json.at("loss_sum").as_number("loss_sum");
  state.samples = json.at("samples").as_integer("samples");
  state.skipped_steps = json.at("skipped_steps").as_integer("skipped_steps");
  if (const Json* factor = json.find("loss_scale"))
    state.loss_scale.emplace().restore(factor->as_number("loss_scale"),
                                       json.at("loss_scale_steps").as_integer("loss_scale_steps"));
  state.best_epoch = static_cast<int>(json.at("best_epoch").as_integer("best_epoch"));
  state.finished = json.at("finished").as_bool("finished");
  for (const Json& epoch : json.at("history").as_array("history"))
    state.history.push_back(epoch_from(epoch));
  const auto epochs = static_cast<int>(state.history.size());
  check(state.epoch == epochs + 1 && state.step_in_epoch >= 0 && state.samples >= 0 &&
            state.best_epoch >= 0 && state.best_epoch <= epochs &&
            (state.best_epoch == 0 || state.history[static_cast<size_t>(state.best_epoch) - 1].dev),
        ErrorKind::Data, "checkpoint: its counters do not agree: epoch ", state.epoch, ", step ",
        state.step_in_epoch, ", best epoch ", state.best_epoch, " of ", epochs);
  return state;
}

// The snapshot of which `file` holds what differs from the network.
Snapshot best_of(layers::Network& network, const WeightFile& file) {
  const Snapshot now(network);
  std::vector<NamedTensor> differing;
  for (const NamedTensor& tensor : network.named_tensors())
    if (file.find(tensor.path)) differing.push_back(tensor);
  load_state(differing, file);
  Snapshot best(network, now);
  now.restore(network);
  return best;
}

}  // namespace

TrainingCheckpoints::TrainingCheckpoints(const std::filesystem::path& folder, Json job)
    : folder_(folder), job_(std::move(job)) {}

void TrainingCheckpoints::clear() { folder_.clear(); }

void TrainingCheckpoints::save(const layers::Network& network, const optim::Optimizer& optimizer,
                               const RunState& state, int64_t step) {
  CheckpointContent content;
  content.weights.emplace_back("model", to_weight_file(network.named_tensors()));
  content.weights.emplace_back("optimizer", optimizer_file(optimizer));
  if (!state.best.empty())
    content.weights.emplace_back("best", to_weight_file(state.best.outdated(network)));
  content.state = to_json(state).set("job", job_);
  folder_.save(step, content);
}

bool TrainingCheckpoints::restore(layers::Network& network, optim::Optimizer& optimizer,
                                  RunState& state) {
  CheckpointFolder::Search search = folder_.load_newest();
  warnings_ = std::move(search.warnings);
  if (!search.checkpoint) return false;
  const CheckpointContent& content = search.checkpoint->content;
  const std::string difference = difference_of_jobs(content.state.at("job"), job_);
  check(difference.empty(), ErrorKind::Argument, "resume: the checkpoints in ",
        folder_.path().string(), " are of another run: ", difference);
  RunState restored = run_state_from(content.state);
  const Snapshot before(network);
  try {
    load_state(network.named_tensors(), content.at("model"));
    if (restored.best_epoch > 0) restored.best = best_of(network, content.at("best"));
    optimizer.load_state(optimizer_state(content.at("optimizer")));
  } catch (...) {
    before.restore(network);
    throw;
  }
  state = std::move(restored);
  return true;
}

}  // namespace graft::transfer
