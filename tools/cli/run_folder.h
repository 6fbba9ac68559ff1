// What `graft tune` leaves behind:
//   model.safetensors   weights with the preprocess contract, labels and model in the metadata
//   run.json            the configuration, versions, device, seed
//   metrics.jsonl       one line an event, flushed as it happens
//   labels.txt          class names in the order of the outputs
//   bad_files.txt       with --skip-bad: the pictures that cannot be read, if any, and why
//   report.html         learning curves, confusion, worst mistakes
//   result.json         the summary; written last, so that it says that all the others are there
//   ckpt/               checkpoints
// A run that replaces another leaves that one's weights until it has its own.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graft/core/io/file_system.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::cli {

/// Held under a lock while this object lives.
class RunFolder {
 public:
  /// Makes the folder and its parents; Error(Io), saying "locked" if another run has it.
  explicit RunFolder(std::filesystem::path path);

  std::filesystem::path checkpoints() const { return path_ / "ckpt"; }
  std::filesystem::path weights() const { return path_ / "model.safetensors"; }
  /// Removes what an earlier run left, checkpoints first, but for its weights, which
  /// write_weights() replaces; then names the new one's configuration.
  /// Error(Argument) if that would lose weights or checkpoints, unless told to `overwrite`.
  void start_over(const transfer::Json& config, bool overwrite);
  /// To go on with a run, or to start one where there is none. Error(Argument) naming the first
  /// setting in which run.json differs; those in `ignored` may.
  void resume(const transfer::Json& config, const std::vector<std::string>& ignored);
  /// The summary of the run if it is complete.
  std::optional<transfer::Json> result();
  void write_result(const transfer::Json& summary);
  void write(const std::string& name, const std::string& text);
  void write_weights(const transfer::WeightFile& weights);
  /// Makes metrics.jsonl hold `events` and nothing else.
  void begin_metrics(const std::vector<transfer::Json>& events);
  void add_metric(const transfer::Json& event);

 private:
  transfer::Json read(const char* name);
  void check_nothing_to_lose();

  std::filesystem::path path_;
  FileSystem& files_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<WritableFile> metrics_;
};

}  // namespace graft::cli
