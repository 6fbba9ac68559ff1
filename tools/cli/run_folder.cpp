#include "graft/tools/cli/run_folder.h"

#include "graft/core/limits.h"
#include "graft/transfer/checkpoint/checkpoint.h"
#include "graft/transfer/training/training_job.h"
#include "graft/transfer/weights/safetensors.h"

namespace graft::cli {
namespace {

constexpr const char *kConfig = "run.json", *kMetrics = "metrics.jsonl", *kResult = "result.json";

}  // namespace

RunFolder::RunFolder(std::filesystem::path path)
    : path_(std::move(path)), files_(real_file_system()) {
  files_.make_folders(path_);
  lock_ = files_.lock(path_ / ".lock");
}

void RunFolder::check_nothing_to_lose() {
  check(files_.kind(weights()) == FileSystem::Kind::Missing, ErrorKind::Argument,
        "tune: ", path_.string(),
        " holds the weights of an earlier run; give another --out, or replace it with --overwrite");
  const bool saved = files_.kind(checkpoints()) == FileSystem::Kind::Folder &&
                     !transfer::CheckpointFolder(checkpoints()).empty();
  check(!saved, ErrorKind::Argument, "tune: ", path_.string(),
        " holds an unfinished run; go on with it with --resume, or replace it with --overwrite");
}

void RunFolder::start_over(const transfer::Json& config, bool overwrite) {
  if (!overwrite) check_nothing_to_lose();
  if (files_.kind(checkpoints()) == FileSystem::Kind::Folder)
    transfer::CheckpointFolder(checkpoints()).clear();
  for (const char* name :
       {kResult, "report.html", kMetrics, "labels.txt", "bad_files.txt", kConfig})
    if (files_.kind(path_ / name) == FileSystem::Kind::File) files_.remove_file(path_ / name);
  write(kConfig, transfer::write_json(config, 2) + '\n');
}

transfer::Json RunFolder::read(const char* name) {
  const std::filesystem::path file = path_ / name;
  const Limits limits;
  return transfer::read_json(files_.read_text(file, limits.json.bytes), limits.json, file.string());
}

std::optional<transfer::Json> RunFolder::result() {
  if (files_.kind(path_ / kResult) == FileSystem::Kind::Missing) return std::nullopt;
  return read(kResult);
}

void RunFolder::write_result(const transfer::Json& summary) {
  write(kResult, transfer::write_json(summary, 2) + '\n');
}

void RunFolder::resume(const transfer::Json& config, const std::vector<std::string>& ignored) {
  if (files_.kind(path_ / kConfig) == FileSystem::Kind::Missing) return start_over(config, false);
  const transfer::Json before = read(kConfig);
  const std::string difference = transfer::difference_of_jobs(before, config, ignored);
  check(difference.empty(), ErrorKind::Argument, "tune: --resume: ", path_.string(),
        " holds another run: ", difference,
        "; give the same settings, or replace it with --overwrite");
}

void RunFolder::write(const std::string& name, const std::string& text) {
  write_file_atomically(files_, path_ / name, text);
}

void RunFolder::write_weights(const transfer::WeightFile& file) {
  transfer::write_safetensors(files_, weights(), file);
}

void RunFolder::begin_metrics(const std::vector<transfer::Json>& events) {
  std::string text;
  for (const transfer::Json& event : events) text += transfer::write_json(event) + '\n';
  write(kMetrics, text);
  metrics_ = files_.append(path_ / kMetrics);
}

void RunFolder::add_metric(const transfer::Json& event) {
  metrics_->write(transfer::write_json(event) + '\n');
}

}  // namespace graft::cli
