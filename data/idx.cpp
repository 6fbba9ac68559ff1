#include "graft/data/idx.h"

#include <algorithm>
#include <cstring>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"
#include "graft/data/gzip.h"

namespace graft::data {
namespace {

// A file of u8 elements with `rank` extents: 00 00 08 rank, then the extents as big-endian u32.
struct IdxFile {
  std::vector<uint64_t> extents;
  std::string elements;
};

uint64_t big_endian_32(std::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

IdxFile read_idx(const std::filesystem::path& path, size_t rank, const Limits& limits) {
  const std::string name = "idx: " + path.string();
  const uint64_t limit = std::min<uint64_t>(limits.dataset.bytes, uint64_t{1} << 62);
  std::string bytes = real_file_system().read_text(path, limit);
  const size_t header_bytes = 4 + 4 * rank;
  const std::string head =
      is_gzip(bytes) ? gunzip_start(bytes, header_bytes, name) : bytes.substr(0, header_bytes);
  const std::string magic{'\0', '\0', '\x08', static_cast<char>(rank)};
  check(head.size() == header_bytes && head.starts_with(magic), ErrorKind::Data, name,
        ": does not begin like u8 data of rank ", rank);
  IdxFile file;
  uint64_t size = 1;
  for (size_t axis = 0; axis < rank; ++axis) {
    const uint64_t extent = big_endian_32(head, 4 + 4 * axis);
    check(extent > 0, ErrorKind::Data, name, ": nothing along axis ", axis);
    check(axis == 0 || extent <= limits.image.side, ErrorKind::Limit, name, ": ", extent,
          " pixels along axis ", axis, ", the limit of a side is ", limits.image.side);
    check(size <= limit / extent, ErrorKind::Limit, name, ": more bytes than the limit ", limit,
          " by its header");
    file.extents.push_back(extent);
    size *= extent;
  }
  if (is_gzip(bytes)) bytes = gunzip_exactly(bytes, header_bytes + size, name);
  check(bytes.size() == header_bytes + size, ErrorKind::Data, name, ": ", bytes.size(),
        " bytes, its header tells of ", header_bytes + size);
  file.elements = std::move(bytes);
  file.elements.erase(0, header_bytes);
  return file;
}

}  // namespace

std::filesystem::path idx_labels_path(const std::filesystem::path& images) {
  std::string name = images.filename().string();
  const size_t at = name.rfind("images");
  const size_t rank_at = at == std::string::npos ? at : name.find("idx3", at);
  check(rank_at != std::string::npos, ErrorKind::Data, "idx: ", images.string(),
        ": expected a name with images-idx3, so that labels-idx1 is found beside it");
  name.replace(rank_at, 4, "idx1").replace(at, 6, "labels");
  const std::filesystem::path labels = images.parent_path() / name;
  const std::string other_name =
      name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name + ".gz";
  const std::filesystem::path other = images.parent_path() / other_name;
  FileSystem& files = real_file_system();
  if (files.kind(labels) != FileSystem::Kind::Missing) return labels;
  check(files.kind(other) != FileSystem::Kind::Missing, ErrorKind::Io, "idx: ", images.string(),
        ": no labels beside it: ", labels.string(), " is missing");
  return other;
}

Idx::Idx(const std::filesystem::path& images, const Limits& limits)
    : Idx(images, idx_labels_path(images), limits) {}

Idx::Idx(const std::filesystem::path& images, const std::filesystem::path& labels,
         const Limits& limits)
    : name_(images.filename().string()) {
  IdxFile pixel_file = read_idx(images, 3, limits), label_file = read_idx(labels, 1, limits);
  const auto& extents = pixel_file.extents;
  check(extents[0] == label_file.extents[0], ErrorKind::Data, "idx: ", images.string(), ": ",
        extents[0], " images, but ", label_file.extents[0], " labels in ", labels.string());
  height_ = static_cast<int64_t>(extents[1]);
  width_ = static_cast<int64_t>(extents[2]);
  pixels_ = std::move(pixel_file.elements);
  labels_ = std::move(label_file.elements);
  int64_t largest = 0;
  for (int64_t i = 0; i < size(); ++i) largest = std::max(largest, label(i));
  for (int64_t i = 0; i <= largest; ++i) class_names_.push_back(std::to_string(i));
}

int64_t Idx::label(int64_t i) const {
  check_index(i);
  return static_cast<unsigned char>(labels_[static_cast<size_t>(i)]);
}

std::string Idx::id(int64_t i) const {
  check_index(i);
  return name_ + "[" + std::to_string(i) + "]";
}

Image Idx::image(int64_t i) const {
  check_index(i);
  Image image(height_, width_, 1);
  std::memcpy(image.data(), pixels_.data() + static_cast<size_t>(i) * image.bytes(), image.bytes());
  return image;
}

}  // namespace graft::data
