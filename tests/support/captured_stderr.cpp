#include "support/captured_stderr.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace graft::testing {

CapturedStderr::CapturedStderr() {
  std::string name = (std::filesystem::temp_directory_path() / "graft-stderr-XXXXXX").string();
  file_ = mkstemp(name.data());
  if (file_ < 0) throw std::runtime_error("cannot make " + name);
  unlink(name.c_str());
  std::fflush(stderr);
  saved_ = dup(STDERR_FILENO);
  dup2(file_, STDERR_FILENO);
}

CapturedStderr::~CapturedStderr() {
  std::fflush(stderr);
  dup2(saved_, STDERR_FILENO);
  close(saved_);
  close(file_);
}

std::string CapturedStderr::text() {
  std::fflush(stderr);
  const off_t size = lseek(file_, 0, SEEK_END);
  std::string content(static_cast<size_t>(size), '\0');
  const ssize_t got = pread(file_, content.data(), content.size(), 0);
  content.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return content;
}

}  // namespace graft::testing
