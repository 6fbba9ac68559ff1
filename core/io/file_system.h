// Every access to files that can lose data goes through this interface, so that tests can replace
// the disk by one that fails, fills up or loses power between any two calls.
//
// Errors are Error(Io) with the path and the system's reason. Thread rule: the real file system may
// be used from any thread; an open file belongs to one.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graft/core/io/byte_source.h"

namespace graft {

/// An open file. The destructor closes without reporting: call close() to know.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  /// Writes all bytes (short writes and interruptions are continued).
  virtual void write(std::span<const std::byte> bytes) = 0;
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Makes the content durable. A failure is final: it is never repeated on this file.
  virtual void sync() = 0;
  virtual void close() = 0;
};

/// Held while it lives; gone with the process, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  using Path = std::filesystem::path;
  enum class Kind { Missing, File, Folder, Other };  ///< a symbolic link is Other

  virtual ~FileSystem() = default;

  virtual Kind kind(const Path& path) = 0;
  /// Names in a folder, sorted, without "." and "..".
  virtual std::vector<std::string> list(const Path& folder) = 0;
  virtual std::unique_ptr<ByteSource> open(const Path& path) = 0;

  /// A new file; Error(Io) if the name is taken, also by a link.
  virtual std::unique_ptr<WritableFile> create(const Path& path) = 0;
  /// Writes at the end of a file, which is made if missing.
  virtual std::unique_ptr<WritableFile> append(const Path& path) = 0;
  /// Does nothing if the folder is there. Parents must exist.
  virtual void make_folder(const Path& path) = 0;
  /// Replaces a file at `to`; a folder can only replace an empty one.
  virtual void rename(const Path& from, const Path& to) = 0;
  virtual void remove_file(const Path& path) = 0;
  virtual void remove_folder(const Path& path) = 0;  ///< must be empty
  /// Makes the names in a folder durable.
  virtual void sync_folder(const Path& path) = 0;
  /// Error(Io) saying "locked" at once if another process or object holds it.
  virtual std::unique_ptr<FileLock> lock(const Path& path) = 0;

  /// The whole of a file; Error(Limit) if it is larger than `limit` bytes, Error(OutOfMemory) if
  /// there is no memory for it.
  std::string read_text(const Path& path, uint64_t limit);
  /// make_folder() for `path` and all its missing parents, durably. Error(Io) naming the part that
  /// is a file.
  void make_folders(const Path& path);
  /// Removes a folder and all in it. Links are removed, not followed.
  void remove_tree(const Path& path);
};

/// `bytes` zeros to read into; Error(OutOfMemory) naming `what` if there is no memory for them.
std::string buffer_for(const std::string& what, uint64_t bytes);

/// The machine's file system.
FileSystem& real_file_system();

/// The file appears whole under its name or not at all, and durably: written to a temporary beside
/// it by `fill`, synced, renamed over `path`, and the folder synced. On an error the temporary is
/// removed and what was at `path` stays (if only the last step fails, the new file may be lost in a
/// power cut). Never writes into an existing file, so a mapped one is safe. Of two threads or
/// processes that write one path, the later to finish wins.
void write_file_atomically(FileSystem& files, const FileSystem::Path& path,
                           const std::function<void(WritableFile&)>& fill);
void write_file_atomically(FileSystem& files, const FileSystem::Path& path, std::string_view text);

}  // namespace graft
