#include "graft/tools/cli/run_folder.h"

namespace graft::cli {

RunFolder::RunFolder(std::filesystem::path path)
    : path_(std::move(path)), files_(real_file_system()) {
  files_.make_folders(path_);
}

void RunFolder::write(const std::string& name, const std::string& text) {
  write_file_atomically(files_, path_ / name, text);
}

void RunFolder::write_weights(const transfer::WeightFile& weights) {
  transfer::write_weights(path_ / "model.safetensors", weights);
}

void RunFolder::open_metrics(bool append) {
  const std::filesystem::path file = path_ / "metrics.jsonl";
  if (!append && files_.kind(file) == FileSystem::Kind::File) files_.remove_file(file);
  metrics_ = files_.append(file);
}

void RunFolder::add_metric(const transfer::Json& event) {
  metrics_->write(transfer::write_json(event) + '\n');
}

}  // namespace graft::cli
