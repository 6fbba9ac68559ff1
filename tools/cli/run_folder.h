// What `graft tune` leaves behind:
//   model.safetensors   weights with the preprocess contract, labels and model in the metadata
//   run.json            the configuration, versions, device, seed
//   metrics.jsonl       one line an event, flushed as it happens
//   labels.txt          class names in the order of the outputs
//   report.html         learning curves, confusion, worst mistakes
//   ckpt/               checkpoints
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "graft/core/file_system.h"
#include "graft/transfer/json.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::cli {

class RunFolder {
 public:
  /// Makes the folder and its parents; Error(Io).
  explicit RunFolder(std::filesystem::path path);

  std::filesystem::path checkpoints() const { return path_ / "ckpt"; }
  void write(const std::string& name, const std::string& text);
  void write_weights(const transfer::WeightFile& weights);
  /// Begins metrics.jsonl anew, or goes on with it.
  void open_metrics(bool append);
  void add_metric(const transfer::Json& event);

 private:
  std::filesystem::path path_;
  FileSystem& files_;
  std::unique_ptr<WritableFile> metrics_;
};

}  // namespace graft::cli
