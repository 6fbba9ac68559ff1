#include "graft/tools/cli/weight_path.h"

#include <filesystem>

#include "graft/core/error.h"

namespace graft::cli {
namespace {

namespace fs = std::filesystem;

bool there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

const std::string& weight_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    fail(ErrorKind::Io, path, " is a folder; the weights of the run in it are ",
         weights_of_run(path));
  return path;
}

std::string weights_of_run(const std::string& folder) {
  const fs::path run(folder), weights = run / "model.safetensors";
  if (!there(weights) && there(run / "run.json"))
    fail(ErrorKind::Io, folder,
         " holds a run without weights yet; `graft tune ... --resume` goes on with it");
  check(there(weights), ErrorKind::Io, folder, " holds no run of `graft tune`: ", weights.string(),
        " is missing");
  return weights.string();
}

bool is_unfinished(const std::string& folder) {
  return there(fs::path(folder) / "run.json") && !there(fs::path(folder) / "result.json");
}

}  // namespace graft::cli
