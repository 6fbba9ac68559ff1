#include "graft/transfer/checkpoint/manifest.h"

#include <algorithm>

#include "graft/core/error.h"
#include "graft/core/io/sha256.h"
#include "graft/transfer/json/json.h"

namespace graft::transfer {
namespace {

constexpr int64_t kFormat = 1;

// Hashes what passes through.
class HashingFile final : public WritableFile {
 public:
  explicit HashingFile(WritableFile& file) : file_(file) {}
  void write(std::span<const std::byte> bytes) override {
    hash_.update(bytes);
    bytes_ += bytes.size();
    file_.write(bytes);
  }
  void sync() override { file_.sync(); }
  void close() override { file_.close(); }

  Manifest::File entry(std::string name) { return {std::move(name), bytes_, hash_.hex()}; }

 private:
  WritableFile& file_;
  Sha256 hash_;
  uint64_t bytes_ = 0;
};

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::string hash_of(ByteSource& file) {
  Sha256 hash;
  std::vector<std::byte> buffer(size_t{1} << 18);
  for (uint64_t offset = 0; offset < file.size();) {
    const size_t count =
        static_cast<size_t>(std::min<uint64_t>(buffer.size(), file.size() - offset));
    const std::span<std::byte> part = std::span(buffer).first(count);
    file.read(offset, part);
    hash.update(part);
    offset += count;
  }
  return hash.hex();
}

}  // namespace

Manifest::File write_listed_file(FileSystem& files, const std::filesystem::path& folder,
                                 const std::string& name,
                                 const std::function<void(WritableFile&)>& fill) {
  check(is_plain_name(name), ErrorKind::Argument, "checkpoint: ", name, ": not a plain name");
  const std::unique_ptr<WritableFile> file = files.create(folder / name);
  HashingFile hashing(*file);
  fill(hashing);
  hashing.sync();
  hashing.close();
  return hashing.entry(name);
}

std::string write_manifest(const Manifest& manifest) {
  Json list = Json::array();
  for (const Manifest::File& file : manifest.files) {
    Json entry = Json::object();
    entry.set("name", file.name).set("bytes", file.bytes).set("sha256", file.sha256);
    list.push(std::move(entry));
  }
  Json json = Json::object();
  json.set("format", kFormat).set("step", manifest.step).set("files", std::move(list));
  return write_json(json, 1) + '\n';
}

Manifest parse_manifest(std::string_view text, const Limits& limits) {
  const Json json = read_json(text, limits.json, kManifestName);
  const int64_t format = json.at("format").as_integer("format");
  check(format == kFormat, ErrorKind::Data, "manifest.json: format ", format,
        " is not known to this version");
  Manifest manifest;
  manifest.step = json.at("step").as_integer("step");
  for (const Json& entry : json.at("files").as_array("files")) {
    Manifest::File file{entry.at("name").as_string("name"),
                        static_cast<uint64_t>(entry.at("bytes").as_integer("bytes")),
                        entry.at("sha256").as_string("sha256")};
    check(is_plain_name(file.name), ErrorKind::Data, "manifest.json: not a plain file name");
    manifest.files.push_back(std::move(file));
  }
  check(write_manifest(manifest) == text, ErrorKind::Data, "manifest.json: is damaged");
  return manifest;
}

void check_present(FileSystem& files, const std::filesystem::path& folder,
                   const std::string& name) {
  check(files.kind(folder / name) != FileSystem::Kind::Missing, ErrorKind::Data, name,
        ": is missing");
}

void verify_files(FileSystem& files, const std::filesystem::path& folder,
                  const Manifest& manifest) {
  for (const Manifest::File& entry : manifest.files) {
    check_present(files, folder, entry.name);
    const std::unique_ptr<ByteSource> file = files.open(folder / entry.name);
    check(file->size() == entry.bytes, ErrorKind::Data, entry.name, ": ", file->size(),
          " bytes instead of ", entry.bytes);
    check(hash_of(*file) == entry.sha256, ErrorKind::Data, entry.name, ": its SHA-256 differs");
  }
}

}  // namespace graft::transfer
