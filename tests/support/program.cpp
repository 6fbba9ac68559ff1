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

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// The first of two entries with one name counts.
std::vector<std::string> environment_with(std::vector<std::string> entries) {
  for (char** entry = environ; *entry; ++entry) entries.emplace_back(*entry);
  return entries;
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
  std::vector<std::string> argv_words{GRAFT_COMMAND},
      envp_words = environment_with(options.environment);
  argv_words.insert(argv_words.end(), words.begin(), words.end());
  const std::vector<char*> argv = pointers(argv_words), envp = pointers(envp_words);
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
  execve(argv.front(), argv.data(), envp.data());
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

std::filesystem::path program_path() { return GRAFT_COMMAND; }

ProgramResult graft_command(const std::vector<std::string>& words, const ProgramOptions& options) {
  return Program(words, options).wait();
}

}  // namespace graft::testing
