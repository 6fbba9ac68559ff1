#include "graft/data/image_folder.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"
#include "graft/core/io/sha256.h"

namespace graft::data {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool named_like_a_picture(const std::string& name) {
  constexpr std::array<std::string_view, 5> kEndings{".jpg", ".jpeg", ".jpe", ".jfif", ".png"};
  const std::string ending = lower(std::filesystem::path(name).extension().string());
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

// What is at a path, or where the link leads that is there.
FileSystem::Kind followed_kind(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_regular_file(status)) return FileSystem::Kind::File;
  if (fs::is_directory(status)) return FileSystem::Kind::Folder;
  return fs::exists(status) ? FileSystem::Kind::Other : FileSystem::Kind::Missing;
}

// The path without links and dots; Error(Io) where the system cannot tell.
fs::path real_path(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::canonical(path, error);
  check(!error, ErrorKind::Io, "list: ", path.string(), ": ", error.message());
  return real;
}

// Is `folder` one of those that are being walked, or does it hold one? Both canonical.
bool leads_back(const fs::path& folder, const std::vector<fs::path>& walked) {
  return std::ranges::any_of(walked, [&](const fs::path& inner) {
    return std::ranges::mismatch(folder, inner).in1 == folder.end();
  });
}

struct Found {
  bool is_folder;
  fs::path real;       // of a folder: its canonical path
  std::string reason;  // to skip it
};

Found look_at(const fs::path& path, const std::vector<fs::path>& walked) {
  const FileSystem::Kind kind = followed_kind(path);
  if (path.filename().string().starts_with('.')) return {false, {}, "hidden"};
  if (kind == FileSystem::Kind::Missing) return {false, {}, "a symbolic link to nothing"};
  if (kind == FileSystem::Kind::Other) return {false, {}, "no regular file"};
  if (kind == FileSystem::Kind::Folder) {
    const fs::path real = real_path(path);
    return {true, real, leads_back(real, walked) ? "a symbolic link to a folder around it" : ""};
  }
  if (named_like_a_picture(path.filename().string())) return {false, {}, ""};
  const std::string ending = path.extension().string();
  return {false, {}, ending.empty() ? "no JPEG or PNG by its name" : ending + " is not read"};
}

}  // namespace

ImageFolder::ImageFolder(const std::filesystem::path& root, const Limits& limits, Decoder decoder)
    : root_(root), limits_(limits), decoder_(decoder) {
  std::vector<fs::path> walked{real_path(root)};
  for (const std::string& name : real_file_system().list(root)) {
    Found found = look_at(root / name, walked);
    if (found.reason.empty() && !found.is_folder) found.reason = "not in the folder of a class";
    if (!found.reason.empty()) {
      skipped_.push_back({name, found.reason});
      continue;
    }
    const size_t before = samples_.size();
    walked.push_back(found.real);
    walk(name, class_count(), walked);
    walked.pop_back();
    check(samples_.size() > before, ErrorKind::Data, "image folder: ", (root / name).string(),
          ": no JPEG or PNG in the folder of class '", name, "'");
    class_names_.push_back(name);
  }
  check(!class_names_.empty(), ErrorKind::Data, "image folder: ", root.string(),
        ": no class folders; expected <class>/<picture>.jpg below it");
}

void ImageFolder::walk(const std::string& folder, int64_t label, std::vector<fs::path>& walked) {
  check(walked.size() - 1 <= limits_.walk.depth, ErrorKind::Limit,
        "image folder: ", (root_ / folder).string(), ": deeper than ", limits_.walk.depth,
        " folders");
  for (const std::string& name : real_file_system().list(root_ / folder)) {
    check(++files_seen_ <= limits_.walk.files, ErrorKind::Limit, "image folder: ", root_.string(),
          ": more than ", limits_.walk.files, " files");
    const std::string path = folder + "/" + name;
    const Found found = look_at(root_ / path, walked);
    if (!found.reason.empty()) {
      skipped_.push_back({path, found.reason});
    } else if (found.is_folder) {
      walked.push_back(found.real);
      walk(path, label, walked);
      walked.pop_back();
    } else {
      samples_.push_back({path, label});
    }
  }
}

const ImageFolder::Sample& ImageFolder::sample(int64_t i) const {
  check_index(i);
  return samples_[static_cast<size_t>(i)];
}

std::string ImageFolder::read(int64_t i) const {
  return real_file_system().read_text(root_ / sample(i).path, limits_.image.file_bytes);
}

PicturePart ImageFolder::part(int64_t i, const ChoosePart& choose) const {
  const std::string bytes = read(i);
  return decode_part(std::as_bytes(std::span(bytes)), limits_, (root_ / sample(i).path).string(),
                     choose, decoder_);
}

std::string ImageFolder::content_hash(int64_t i) const {
  const std::string bytes = read(i);
  return sha256_hex(std::as_bytes(std::span(bytes)));
}

std::string ImageFolder::fingerprint(int64_t i) const {
  const std::filesystem::path path = root_ / sample(i).path;
  std::error_code error;
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  check(!error, ErrorKind::Io, "image folder: ", path.string(), ": ", error.message());
  return std::to_string(bytes);
}

}  // namespace graft::data
