#include "support/program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

namespace graft::testing {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Between fork() and exec() only calls that are safe in a signal handler.
void redirect(const char* path, int descriptor) {
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(file, descriptor);
  close(file);
}

}  // namespace

Program::Program(const std::vector<std::string>& words, const ProgramOptions& options) {
  const std::string out = streams_.path() / "out", err = streams_.path() / "err",
                    folder = options.folder.string();
  std::vector<std::string> argv_words{GRAFT_COMMAND};
  argv_words.insert(argv_words.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : argv_words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ > 0) return;
  redirect(out.c_str(), STDOUT_FILENO);
  redirect(err.c_str(), STDERR_FILENO);
  if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
  if (options.max_file_bytes > 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{options.max_file_bytes, options.max_file_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  execv(argv.front(), argv.data());
  _exit(127);
}

Program::~Program() {
  if (!running()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, &status_, 0);
}

void Program::signal(int number) {
  if (running()) kill(pid_, number);
}

bool Program::running() {
  ended_ = ended_ || waitpid(pid_, &status_, WNOHANG) == pid_;
  return !ended_;
}

ProgramResult Program::wait() {
  if (!ended_) {
    while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
  }
  ProgramResult result{0, content(streams_.path() / "out"), content(streams_.path() / "err")};
  result.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return result;
}

ProgramResult graft_command(const std::vector<std::string>& words, const ProgramOptions& options) {
  return Program(words, options).wait();
}

}  // namespace graft::testing
