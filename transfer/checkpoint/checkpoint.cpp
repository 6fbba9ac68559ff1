#include "graft/transfer/checkpoint/checkpoint.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "graft/transfer/checkpoint/manifest.h"
#include "graft/transfer/weights/safetensors.h"

namespace graft::transfer {
namespace {

constexpr std::string_view kStep = "step-", kTemporary = ".tmp-", kTrash = ".trash-";
constexpr std::string_view kReplaced = ".replaced-";
constexpr std::string_view kWeights = ".safetensors";
constexpr const char* kState = "state.json";

std::string step_name(int64_t step) { return std::string(kStep) + std::to_string(step); }

std::string replaced_name(int64_t step) { return std::string(kReplaced) + std::to_string(step); }

// The number behind `prefix` in its one spelling.
std::optional<int64_t> parse_step(std::string_view name, std::string_view prefix) {
  int64_t step = 0;
  if (!name.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = name.substr(prefix.size());
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  if (result.ec != std::errc() || step < 0 || std::to_string(step) != digits) return std::nullopt;
  return step;
}

}  // namespace

const WeightFile& CheckpointContent::at(std::string_view name) const {
  for (const auto& [key, file] : weights)
    if (key == name) return file;
  fail(ErrorKind::Data, "checkpoint: has no ", name);
}

CheckpointFolder::CheckpointFolder(std::filesystem::path folder, CheckpointOptions options,
                                   FileSystem& files)
    : folder_(std::move(folder)), options_(std::move(options)), files_(files) {
  check(options_.keep >= 1, ErrorKind::Argument, "checkpoint: keep ", options_.keep);
  files_.make_folders(folder_);
  lock_ = files_.lock(folder_ / ".lock");
  for (const std::string& name : files_.list(folder_))
    if ((name.starts_with(kTemporary) || name.starts_with(kTrash)) &&
        files_.kind(folder_ / name) == FileSystem::Kind::Folder)
      files_.remove_tree(folder_ / name);
  settle_replaced();
}

void CheckpointFolder::save(int64_t step, const CheckpointContent& content) {
  check(step >= 0, ErrorKind::Argument, "checkpoint: step ", step);
  settle_replaced();
  const std::string name = step_name(step);
  const std::filesystem::path temporary =
      folder_ / (std::string(kTemporary) + std::to_string(step) + '-' + std::to_string(::getpid()));
  try {
    files_.make_folder(temporary);
    Manifest manifest{step, {}};
    for (const auto& [key, weights] : content.weights)
      manifest.files.push_back(
          write_listed_file(files_, temporary, key + std::string(kWeights),
                            [&](WritableFile& file) { write_safetensors(file, weights); }));
    manifest.files.push_back(write_listed_file(files_, temporary, kState, [&](WritableFile& file) {
      file.write(write_json(content.state, 1));
    }));
    write_listed_file(files_, temporary, kManifestName,
                      [&](WritableFile& file) { file.write(write_manifest(manifest)); });
    files_.sync_folder(temporary);
    if (files_.kind(folder_ / name) != FileSystem::Kind::Missing)
      files_.rename(folder_ / name, folder_ / replaced_name(step));
    files_.rename(temporary, folder_ / name);
  } catch (...) {
    try {
      settle_replaced();
      if (files_.kind(temporary) != FileSystem::Kind::Missing) files_.remove_tree(temporary);
    } catch (const Error&) {  // the first error is the one to report
    }
    throw;
  }
  files_.sync_folder(folder_);
  settle_replaced();
  write_file_atomically(files_, folder_ / "latest", name + '\n');
  std::vector<int64_t> old = steps();
  const auto newest = std::remove(old.begin(), old.end(), step);
  old.erase(newest, old.end());
  for (size_t i = 0; i + static_cast<size_t>(options_.keep) - 1 < old.size(); ++i)
    discard(step_name(old[i]));
}

CheckpointFolder::Search CheckpointFolder::load_newest() {
  Search search;
  std::vector<int64_t> candidates = steps();
  for (; !candidates.empty() && !search.checkpoint; candidates.pop_back()) {
    try {
      search.checkpoint = load(candidates.back());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Data) throw;
      search.warnings.push_back(step_name(candidates.back()) +
                                " is damaged and was not used: " + error.what());
    }
  }
  return search;
}

CheckpointFolder::Loaded CheckpointFolder::load(int64_t step) {
  const std::filesystem::path folder = folder_ / step_name(step);
  check_present(files_, folder, kManifestName);
  const Manifest manifest = parse_manifest(
      files_.read_text(folder / kManifestName, options_.limits.json.bytes), options_.limits);
  check(manifest.step == step, ErrorKind::Data, "manifest.json: is of step ", manifest.step);
  verify_files(files_, folder, manifest);
  Loaded loaded;
  loaded.step = step;
  bool has_state = false;
  for (const Manifest::File& entry : manifest.files) {
    if (entry.name == kState) {
      const std::string text = files_.read_text(folder / kState, options_.limits.json.bytes);
      loaded.content.state = read_json(text, options_.limits.json, kState);
      has_state = true;
    } else if (entry.name.ends_with(kWeights)) {
      loaded.content.weights.emplace_back(
          entry.name.substr(0, entry.name.size() - kWeights.size()),
          read_safetensors(*files_.open(folder / entry.name), options_.limits));
    }
  }
  check(has_state, ErrorKind::Data, "manifest.json: lists no ", kState);
  return loaded;
}

void CheckpointFolder::clear() {
  settle_replaced();
  for (const int64_t step : steps()) discard(step_name(step));
}

std::vector<int64_t> CheckpointFolder::steps() {
  std::vector<int64_t> found;
  for (const std::string& name : files_.list(folder_))
    if (const auto step = parse_step(name, kStep)) found.push_back(*step);
  std::sort(found.begin(), found.end());
  return found;
}

// A replaced checkpoint goes once the one that has its name is durable; without one it gets its
// name back.
void CheckpointFolder::settle_replaced() {
  for (const std::string& name : files_.list(folder_)) {
    const auto step = parse_step(name, kReplaced);
    if (!step) continue;
    if (files_.kind(folder_ / step_name(*step)) == FileSystem::Kind::Missing) {
      files_.rename(folder_ / name, folder_ / step_name(*step));
    } else {
      files_.sync_folder(folder_);
      files_.remove_tree(folder_ / name);
    }
  }
}

// A folder that is deleted in place is a half-deleted checkpoint in between: rename it first.
void CheckpointFolder::discard(const std::string& name) {
  const std::string suffix = name.substr(kStep.size()) + '-' + std::to_string(::getpid());
  const std::filesystem::path trash = folder_ / (std::string(kTrash) + suffix);
  files_.rename(folder_ / name, trash);
  files_.sync_folder(folder_);
  files_.remove_tree(trash);
}

}  // namespace graft::transfer
