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

std::string reason_to_skip(const std::string& name, FileSystem::Kind kind) {
  if (name.starts_with('.')) return "hidden";
  if (kind == FileSystem::Kind::Other) return "a symbolic link or no regular file";
  if (kind == FileSystem::Kind::Folder || named_like_a_picture(name)) return {};
  const std::string ending = std::filesystem::path(name).extension().string();
  return ending.empty() ? "no JPEG or PNG by its name" : ending + " is not read";
}

}  // namespace

ImageFolder::ImageFolder(const std::filesystem::path& root, const Limits& limits, Decoder decoder)
    : root_(root), limits_(limits), decoder_(decoder) {
  FileSystem& files = real_file_system();
  for (const std::string& name : files.list(root)) {
    const FileSystem::Kind kind = files.kind(root / name);
    std::string reason = reason_to_skip(name, kind);
    if (reason.empty() && kind == FileSystem::Kind::File) reason = "not in the folder of a class";
    if (!reason.empty()) {
      skipped_.push_back({name, reason});
      continue;
    }
    const size_t before = samples_.size();
    walk(name, class_count(), 1);
    check(samples_.size() > before, ErrorKind::Data, "image folder: ", (root / name).string(),
          ": no JPEG or PNG in the folder of class '", name, "'");
    class_names_.push_back(name);
  }
  check(!class_names_.empty(), ErrorKind::Data, "image folder: ", root.string(),
        ": no class folders; expected <class>/<picture>.jpg below it");
}

void ImageFolder::walk(const std::string& folder, int64_t label, uint64_t depth) {
  check(depth <= limits_.walk.depth, ErrorKind::Limit, "image folder: ", (root_ / folder).string(),
        ": deeper than ", limits_.walk.depth, " folders");
  FileSystem& files = real_file_system();
  for (const std::string& name : files.list(root_ / folder)) {
    check(++files_seen_ <= limits_.walk.files, ErrorKind::Limit, "image folder: ", root_.string(),
          ": more than ", limits_.walk.files, " files");
    const std::string path = folder + "/" + name;
    const FileSystem::Kind kind = files.kind(root_ / path);
    const std::string reason = reason_to_skip(name, kind);
    if (!reason.empty())
      skipped_.push_back({path, reason});
    else if (kind == FileSystem::Kind::Folder)
      walk(path, label, depth + 1);
    else
      samples_.push_back({path, label});
  }
}

const ImageFolder::Sample& ImageFolder::sample(int64_t i) const {
  check_index(i);
  return samples_[static_cast<size_t>(i)];
}

std::string ImageFolder::read(int64_t i) const {
  return real_file_system().read_text(root_ / sample(i).path, limits_.image.file_bytes);
}

Image ImageFolder::image(int64_t i) const {
  const std::string bytes = read(i);
  return decode_image(std::as_bytes(std::span(bytes)), limits_, (root_ / sample(i).path).string(),
                      decoder_);
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
