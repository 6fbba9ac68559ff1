#include <doctest/doctest.h>

#include <thread>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"
#include "support/assets.h"
#include "support/error_text.h"
#include "support/files.h"

namespace graft {
namespace {

using testing::TempFolder;

std::string read(const std::filesystem::path& path) {
  return real_file_system().read_text(path, 1000);
}

ErrorKind kind_of_failure(const std::function<void()>& action, std::string* text = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (text) *text = error.what();
    return error.kind();
  }
  FAIL("nothing was thrown");
  return ErrorKind::Internal;
}

}  // namespace

TEST_CASE("file system: an atomic write replaces a file whole and leaves no temporary") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  write_file_atomically(files, folder.path() / "a", "one");
  write_file_atomically(files, folder.path() / "a", "two");
  CHECK(read(folder.path() / "a") == "two");
  CHECK(files.list(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("file system: a failing atomic write leaves what was there") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  write_file_atomically(files, folder.path() / "a", "one");
  const auto fill = [](WritableFile& file) {
    file.write("half");
    fail(ErrorKind::Io, "no space");
  };
  CHECK(kind_of_failure([&] { write_file_atomically(files, folder.path() / "a", fill); }) ==
        ErrorKind::Io);
  CHECK(read(folder.path() / "a") == "one");
  CHECK(files.list(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("file system: two threads write one path, and the last to finish wins whole") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  write_file_atomically(files, folder.path() / "a", [&](WritableFile& file) {
    file.write("be");
    std::thread([&] { write_file_atomically(files, folder.path() / "a", "first"); }).join();
    CHECK(read(folder.path() / "a") == "first");
    file.write("hind");
  });
  CHECK(read(folder.path() / "a") == "behind");
  CHECK(files.list(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("file system: a full device is an Io error with its reason") {
  if (real_file_system().kind("/dev/full") == FileSystem::Kind::Missing)
    return testing::skip("/dev/full");
  std::string text;
  const auto write = [] {
    const auto file = real_file_system().append("/dev/full");
    file->write("x");
  };
  CHECK(kind_of_failure(write, &text) == ErrorKind::Io);
  CHECK(text == "write: /dev/full: No space left on device");
}

TEST_CASE("file system: create() never writes into something that exists") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  write_file_atomically(files, folder.path() / "target", "kept");
  std::filesystem::create_symlink(folder.path() / "target", folder.path() / "link");
  CHECK(kind_of_failure([&] { files.create(folder.path() / "link"); }) == ErrorKind::Io);
  CHECK(kind_of_failure([&] { files.create(folder.path() / "target"); }) == ErrorKind::Io);
  CHECK(read(folder.path() / "target") == "kept");
}

TEST_CASE("file system: append, folders and trees") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  for (const char* text : {"ab", "cd"}) {
    const auto file = files.append(folder.path() / "log");
    file->write(text);
    file->close();
  }
  CHECK(read(folder.path() / "log") == "abcd");

  files.make_folders(folder.path() / "x/y/z");
  testing::write_text(folder.path() / "taken", "");
  for (const char* name : {"taken", "taken/run"})
    CHECK(testing::error_text([&] { files.make_folders(folder.path() / name); }) ==
          "make folder: " + (folder.path() / "taken").string() + " is a file, not a folder");
  write_file_atomically(files, folder.path() / "x/y/f", "1");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "x/loop");
  CHECK(files.kind(folder.path() / "x/loop") == FileSystem::Kind::Other);
  files.remove_tree(folder.path() / "x");
  CHECK(files.list(folder.path()) == std::vector<std::string>{"log", "taken"});
}

TEST_CASE("file system: reading checks limit, kind and presence") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  write_file_atomically(files, folder.path() / "a", "12345");
  CHECK(kind_of_failure([&] { files.read_text(folder.path() / "a", 4); }) == ErrorKind::Limit);
  CHECK(kind_of_failure([&] { files.open(folder.path()); }) == ErrorKind::Io);
  CHECK(kind_of_failure([&] { files.open(folder.path() / "none"); }) == ErrorKind::Io);
}

TEST_CASE("file system: a buffer larger than any memory is OutOfMemory") {
  std::string text;
  const auto ask = [] { buffer_for("read: a", uint64_t{1} << 63); };
  CHECK(kind_of_failure(ask, &text) == ErrorKind::OutOfMemory);
  CHECK(text == "read: a: no memory for 9223372036854775808 bytes");
}

TEST_CASE("file system: a file that is cut after it was opened ends in an error") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  write_file_atomically(files, folder.path() / "a", "12345");
  const auto file = files.open(folder.path() / "a");
  std::filesystem::resize_file(folder.path() / "a", 2);
  std::array<std::byte, 5> buffer;
  CHECK(kind_of_failure([&] { file->read(0, buffer); }) == ErrorKind::Io);
  CHECK(kind_of_failure([&] { file->read(3, buffer); }) == ErrorKind::Data);
}

TEST_CASE("file system: a second holder of a lock is told at once; the lock goes with its holder") {
  const TempFolder folder;
  FileSystem& files = real_file_system();
  for (int i = 0; i < 50; ++i) {
    const auto lock = files.lock(folder.path() / ".lock");
    std::string text;
    CHECK(kind_of_failure([&] { files.lock(folder.path() / ".lock"); }, &text) == ErrorKind::Io);
    CHECK(text.ends_with(": locked by another process"));
  }
}

}  // namespace graft
