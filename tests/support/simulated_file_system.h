// A file system in memory that fails on request, fills up, and loses power.
//
// What survives a power loss is what was synced: a file's content by sync(), a name by
// sync_folder(). Everything else may survive, vanish, become zeros or tear, each name and file on
// its own.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "graft/core/io/file_system.h"

namespace graft::testing {

/// Thrown by every call from the moment of the crash on.
struct SimulatedCrash {};

class SimulatedFileSystem final : public FileSystem {
 public:
  /// What becomes of unsynced content.
  enum class Content { Kept, Dropped, Zeroed, Torn, Random };
  /// What becomes of unsynced changes of names.
  enum class Names { Kept, Lost, Random };

  SimulatedFileSystem();

  /// The changing operation of this number (from 1) crashes, before it does anything.
  void crash_at(int64_t operation) { crash_at_ = operation; }
  /// It fails with Error(Io) instead, and all later ones too if `for_good`.
  void fail_at(int64_t operation, bool for_good);
  void stop_failing() { fail_at_ = 0, for_good_ = false; }
  /// Opening this file fails with Error(Io); "" for none.
  void refuse_to_open(Path path) { refused_ = std::move(path); }
  /// Writes beyond this many bytes in all files together fail as on a full disk.
  void set_capacity(uint64_t bytes) { capacity_ = bytes; }

  int64_t operations() const { return operations_; }
  /// Syncs of a file whose sync had failed before: must stay 0.
  int syncs_after_failure() const { return syncs_after_failure_; }

  /// The disk as a restarted machine finds it.
  std::unique_ptr<SimulatedFileSystem> after_power_loss(Content content, Names names,
                                                        std::mt19937_64& random) const;
  /// A disk of its own with the same content, everything synced.
  std::unique_ptr<SimulatedFileSystem> copy() const;
  void flip_bit(const Path& path, uint64_t bit);
  uint64_t used_bytes() const;

  Kind kind(const Path& path) override;
  std::vector<std::string> list(const Path& folder) override;
  std::unique_ptr<ByteSource> open(const Path& path) override;
  std::unique_ptr<WritableFile> create(const Path& path) override;
  std::unique_ptr<WritableFile> append(const Path& path) override;
  void make_folder(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  void remove_file(const Path& path) override;
  void remove_folder(const Path& path) override;
  void sync_folder(const Path& path) override;
  std::unique_ptr<FileLock> lock(const Path& path) override;

 private:
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  using Entries = std::map<std::string, NodePtr>;
  /// Names that change together; null removes.
  using Edit = std::vector<std::pair<std::string, NodePtr>>;
  struct Node {
    bool folder = false;
    std::string content, synced;
    Entries entries, synced_entries;
    std::vector<Edit> pending;
    bool sync_failed = false;
  };
  class File;
  class Lock;

  void operation(const char* what, const Path& path);
  NodePtr find(const Path& path) const;
  Node& folder(const char* what, const Path& path) const;
  static void apply(Node& folder, Edit edit);
  static NodePtr survivor(const Node& node, Content content, Names names, std::mt19937_64& random);

  NodePtr root_;
  std::set<std::string> locks_;
  int64_t operations_ = 0, crash_at_ = 0, fail_at_ = 0;
  bool for_good_ = false;
  Path refused_;
  uint64_t capacity_ = ~uint64_t{0};
  int syncs_after_failure_ = 0;
};

}  // namespace graft::testing
