// Checkpoints that survive a crash or power loss at any moment.
//
//   <folder>/.tmp-<step>-<pid>/    written here: *.safetensors, state.json, last manifest.json with
//                                  size and SHA-256 of each; every file and the folder are synced
//   <folder>/step-<n>/             by rename, then <folder> is synced
//   <folder>/latest                the newest step's name, for people; never relied on
//   <folder>/.replaced-<n>/        a checkpoint, whole, while another of its step takes its name
//   <folder>/.trash-<n>-<pid>/     what is to be deleted goes here by rename first
//   <folder>/.lock                 held by the one writer
//
// After save() has returned, load_newest() finds that checkpoint or a newer complete one, whatever
// happens; a later save never damages a complete one.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graft/core/io/file_system.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

/// What is saved: named sets of tensors ("model" becomes model.safetensors) and a state.
struct CheckpointContent {
  std::vector<std::pair<std::string, WeightFile>> weights;
  Json state = Json::object();

  /// The set of that name; Error(Data) if there is none.
  const WeightFile& at(std::string_view name) const;
};

struct CheckpointOptions {
  int keep = 2;  ///< newest checkpoints that retention leaves, at least 1
  Limits limits = {};
};

/// The checkpoints of one run, under its lock while this object lives. For one thread.
class CheckpointFolder {
 public:
  /// Makes the folder, takes the lock, removes what an interrupted run left and brings back what it
  /// was replacing. Error(Io) saying "locked" if another process or object has it.
  explicit CheckpointFolder(std::filesystem::path folder, CheckpointOptions options = {},
                            FileSystem& files = real_file_system());

  /// Error(Io) if the disk is full or fails: then the earlier checkpoints are whole and nothing of
  /// this one is left. A checkpoint of the same step is replaced.
  void save(int64_t step, const CheckpointContent& content);

  struct Loaded {
    int64_t step = 0;
    CheckpointContent content;
  };
  struct Search {
    std::optional<Loaded> checkpoint;   ///< nothing if no complete one is there
    std::vector<std::string> warnings;  ///< one for each newer checkpoint that is damaged
  };
  /// The newest checkpoint that is complete and whose files have the manifest's hashes. An error
  /// that says nothing about the content (Io, Limit, OutOfMemory) is thrown, whatever older ones
  /// there are: the checkpoint may be good.
  Search load_newest();

  /// Whether there is none, complete or not.
  bool empty() { return steps().empty(); }

  /// Removes all checkpoints, for a run that starts over.
  void clear();

  const std::filesystem::path& path() const { return folder_; }

 private:
  std::vector<int64_t> steps();  // ascending
  void discard(const std::string& name);
  void settle_replaced();
  Loaded load(int64_t step);

  std::filesystem::path folder_;
  CheckpointOptions options_;
  FileSystem& files_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace graft::transfer
