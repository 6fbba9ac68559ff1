#include "graft/core/io/file_system.h"

#include <unistd.h>

#include <atomic>

#include "graft/core/error.h"

namespace graft {

std::string FileSystem::read_text(const Path& path, uint64_t limit) {
  const std::unique_ptr<ByteSource> file = open(path);
  check(file->size() <= limit, ErrorKind::Limit, "read: ", path.string(), ": ", file->size(),
        " bytes, the limit is ", limit);
  std::string text = buffer_for("read: " + path.string(), file->size());
  file->read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

std::string buffer_for(const std::string& what, uint64_t bytes) {
  try {
    return std::string(static_cast<size_t>(bytes), '\0');
  } catch (const std::exception&) {  // bad_alloc or length_error
    fail(ErrorKind::OutOfMemory, what, ": no memory for ", bytes, " bytes");
  }
}

void FileSystem::make_folders(const Path& path) {
  Path so_far;
  for (const Path& part : path) {
    so_far /= part;
    const Kind there = kind(so_far);
    check(there != Kind::File, ErrorKind::Io, "make folder: ", so_far.string(),
          " is a file, not a folder");
    if (there != Kind::Missing) continue;
    make_folder(so_far);
    sync_folder(so_far.has_parent_path() ? so_far.parent_path() : Path("."));
  }
}

void FileSystem::remove_tree(const Path& path) {
  std::vector<Path> pending{path}, folders;
  while (!pending.empty()) {
    const Path folder = pending.back();
    pending.pop_back();
    folders.push_back(folder);
    for (const std::string& name : list(folder)) {
      if (kind(folder / name) == Kind::Folder)
        pending.push_back(folder / name);
      else
        remove_file(folder / name);
    }
  }
  for (size_t i = folders.size(); i-- > 0;) remove_folder(folders[i]);
}

void write_file_atomically(FileSystem& files, const FileSystem::Path& path,
                           const std::function<void(WritableFile&)>& fill) {
  const FileSystem::Path folder = path.has_parent_path() ? path.parent_path() : ".";
  static std::atomic<uint64_t> writes = 0;
  const std::string suffix = ".tmp-" + std::to_string(::getpid()) + '-' + std::to_string(++writes);
  const FileSystem::Path temporary = folder / ("." + path.filename().string() + suffix);
  // What has this name already was left by a process of the same number that was killed.
  if (files.kind(temporary) != FileSystem::Kind::Missing) files.remove_file(temporary);
  std::unique_ptr<WritableFile> file = files.create(temporary);
  try {
    fill(*file);
    file->sync();
    file->close();
    files.rename(temporary, path);
  } catch (...) {
    file.reset();
    try {
      files.remove_file(temporary);
    } catch (const Error&) {  // the first error is the one to report
    }
    throw;
  }
  files.sync_folder(folder);
}

void write_file_atomically(FileSystem& files, const FileSystem::Path& path, std::string_view text) {
  write_file_atomically(files, path, [text](WritableFile& file) { file.write(text); });
}

}  // namespace graft
