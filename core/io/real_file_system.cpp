#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"

namespace graft {
namespace {

using Path = FileSystem::Path;

[[noreturn]] void fail_io(const char* what, const Path& path, int code) {
  fail(ErrorKind::Io, what, ": ", path.string(), ": ", std::generic_category().message(code));
}

class Descriptor {
 public:
  Descriptor(const char* what, const Path& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (fd_ < 0) fail_io(what, path, errno);
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class RealWritable final : public WritableFile {
 public:
  RealWritable(const char* what, const Path& path, int flags)
      : path_(path), file_(what, path, flags) {}

  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_io("write", path_, errno);
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
  }
  void sync() override {
    if (::fsync(file_.get()) != 0) fail_io("sync", path_, errno);
  }
  void close() override {
    if (::close(file_.release()) != 0) fail_io("close", path_, errno);
  }

 private:
  Path path_;
  Descriptor file_;
};

class RealSource final : public ByteSource {
 public:
  explicit RealSource(const Path& path) : path_(path), file_("open", path, O_RDONLY | O_NONBLOCK) {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0) fail_io("open", path_, errno);
    check(S_ISREG(info.st_mode), ErrorKind::Io, "open: ", path.string(), ": not a regular file");
    size_ = static_cast<uint64_t>(info.st_size);
  }
  uint64_t size() const override { return size_; }

 private:
  void fetch(uint64_t offset, std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t got = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail_io("read", path_, errno);
      check(got > 0, ErrorKind::Io, "read: ", path_.string(),
            ": the file was cut while being read");
      offset += static_cast<uint64_t>(got);
      out = out.subspan(static_cast<size_t>(got));
    }
  }

  Path path_;
  Descriptor file_;
  uint64_t size_ = 0;
};

class RealLock final : public FileLock {
 public:
  explicit RealLock(const Path& path) : file_("lock", path, O_RDWR | O_CREAT | O_NOFOLLOW) {
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      check(errno != EWOULDBLOCK, ErrorKind::Io, "lock: ", path.string(),
            ": locked by another process");
      fail_io("lock", path, errno);
    }
  }

 private:
  Descriptor file_;
};

class RealFileSystem final : public FileSystem {
 public:
  Kind kind(const Path& path) override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return Kind::Missing;
      fail_io("stat", path, errno);
    }
    if (S_ISREG(info.st_mode)) return Kind::File;
    return S_ISDIR(info.st_mode) ? Kind::Folder : Kind::Other;
  }

  std::vector<std::string> list(const Path& folder) override {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(folder, error), end;
    for (; !error && entry != end; entry.increment(error))
      names.push_back(entry->path().filename().string());
    if (error) fail_io("list", folder, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<ByteSource> open(const Path& path) override {
    return std::make_unique<RealSource>(path);
  }
  std::unique_ptr<WritableFile> create(const Path& path) override {
    return std::make_unique<RealWritable>("create", path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  }
  std::unique_ptr<WritableFile> append(const Path& path) override {
    return std::make_unique<RealWritable>("append", path,
                                          O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
  }
  void make_folder(const Path& path) override {
    if (::mkdir(path.c_str(), 0777) != 0 && !(errno == EEXIST && kind(path) == Kind::Folder))
      fail_io("mkdir", path, errno);
  }
  void rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) fail_io("rename", to, errno);
  }
  void remove_file(const Path& path) override {
    if (::unlink(path.c_str()) != 0) fail_io("remove", path, errno);
  }
  void remove_folder(const Path& path) override {
    if (::rmdir(path.c_str()) != 0) fail_io("remove", path, errno);
  }
  void sync_folder(const Path& path) override {
    const Descriptor folder("sync", path, O_RDONLY | O_DIRECTORY);
    if (::fsync(folder.get()) != 0) fail_io("sync", path, errno);
  }
  std::unique_ptr<FileLock> lock(const Path& path) override {
    return std::make_unique<RealLock>(path);
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

}  // namespace graft
