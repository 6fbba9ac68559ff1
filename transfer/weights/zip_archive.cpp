#include "graft/transfer/weights/zip_archive.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "graft/core/error.h"
#include "graft/core/utf8.h"
#include "graft/transfer/weights/crc32.h"

namespace graft::transfer {
namespace {

// APPNOTE.TXT 6.3: sizes of the fixed parts, and values that say "see the zip64 field".
constexpr uint64_t kLocal = 30, kCentral = 46, kEnd = 22, kEnd64 = 56, kLocator64 = 20;
constexpr uint32_t kMax32 = 0xffffffff;
constexpr uint16_t kMax16 = 0xffff;
constexpr uint16_t kEncrypted = 1, kDescriptor = 8, kUtf8 = 0x800;
constexpr uint32_t kFolderAttribute = 0x10;
constexpr uint64_t kLargestDescriptor = 24;

template <class T>
T field(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <size_t Size>
std::array<std::byte, Size> read_at(ByteSource& file, uint64_t offset) {
  std::array<std::byte, Size> out;
  file.read(offset, out);
  return out;
}

struct Directory {
  uint64_t offset, size, entries;
};

Directory find_directory(ByteSource& file) {
  check(file.size() >= kEnd, ErrorKind::Data, "zip: ", file.size(), " bytes are no archive");
  const uint64_t end_at = file.size() - kEnd;
  const auto end = read_at<kEnd>(file, end_at);
  check(text(end).starts_with("PK\x05\x06") && field<uint16_t>(end, 20) == 0, ErrorKind::Data,
        "zip: no end record at the end of the file: it is truncated, or something follows");
  check(field<uint16_t>(end, 4) == 0 && field<uint16_t>(end, 6) == 0 &&
            field<uint16_t>(end, 8) == field<uint16_t>(end, 10),
        ErrorKind::Data, "zip: an archive over several disks");
  const uint16_t count = field<uint16_t>(end, 10);
  const uint32_t size = field<uint32_t>(end, 12), offset = field<uint32_t>(end, 16);
  Directory directory{offset, size, count};

  uint64_t directory_end = end_at;
  if (end_at >= kLocator64 + kEnd64 &&
      text(read_at<4>(file, end_at - kLocator64)) == std::string_view("PK\x06\x07", 4)) {
    const auto locator = read_at<kLocator64>(file, end_at - kLocator64);
    directory_end = end_at - kLocator64 - kEnd64;
    const auto wide = read_at<kEnd64>(file, directory_end);
    check(text(wide).starts_with("PK\x06\x06") && field<uint64_t>(wide, 4) == kEnd64 - 12 &&
              field<uint64_t>(locator, 8) == directory_end && field<uint32_t>(locator, 4) == 0 &&
              field<uint32_t>(locator, 16) <= 1 && field<uint32_t>(wide, 16) == 0 &&
              field<uint32_t>(wide, 20) == 0,
          ErrorKind::Data, "zip: malformed zip64 end record");
    directory = {field<uint64_t>(wide, 48), field<uint64_t>(wide, 40), field<uint64_t>(wide, 32)};
    check(field<uint64_t>(wide, 24) == directory.entries &&
              (count == kMax16 || count == directory.entries) &&
              (size == kMax32 || size == directory.size) &&
              (offset == kMax32 || offset == directory.offset),
          ErrorKind::Data, "zip: the two end records contradict each other");
  }
  check(directory.offset <= directory_end && directory.size == directory_end - directory.offset,
        ErrorKind::Data, "zip: the directory does not end at the end record");
  return directory;
}

void check_name(std::string_view name) {
  check(!name.empty() && is_utf8(name), ErrorKind::Data, "zip: an entry's name is not UTF-8");
  const std::string slashed = '/' + std::string(name) + '/';
  const bool plain = name.front() != '/' && name.find('\\') == std::string_view::npos &&
                     name.find('\0') == std::string_view::npos &&
                     slashed.find("/../") == std::string::npos &&
                     slashed.find("/./") == std::string::npos;
  check(plain, ErrorKind::Data, "zip: entry ", printable(name), ": not a plain relative name");
}

// Replaces sizes and offset by those of the zip64 extra field, where the header points to it.
void widen(std::span<const std::byte> extra, std::string_view name, uint64_t& uncompressed,
           uint64_t& compressed, uint64_t& local) {
  while (extra.size() >= 4) {
    const uint16_t id = field<uint16_t>(extra, 0), length = field<uint16_t>(extra, 2);
    check(length <= extra.size() - 4, ErrorKind::Data, "zip: entry ", name,
          ": malformed extra field");
    std::span<const std::byte> body = extra.subspan(4, length);
    for (uint64_t* const value : {&uncompressed, &compressed, &local}) {
      if (id != 1 || *value != kMax32) continue;
      check(body.size() >= 8, ErrorKind::Data, "zip: entry ", name, ": malformed zip64 field");
      *value = field<uint64_t>(body, 0);
      body = body.subspan(8);
    }
    extra = extra.subspan(4u + length);
  }
}

struct CentralHeader {
  ZipArchive::Entry entry;
  uint16_t flags = 0;
  uint64_t local = 0;
};

// Parses one header of the directory and cuts it off `bytes`.
CentralHeader parse_central(std::span<const std::byte>& bytes) {
  check(bytes.size() >= kCentral && text(bytes).starts_with("PK\x01\x02"), ErrorKind::Data,
        "zip: malformed directory");
  const uint64_t name_length = field<uint16_t>(bytes, 28),
                 extra_length = field<uint16_t>(bytes, 30);
  const uint64_t whole = kCentral + name_length + extra_length + field<uint16_t>(bytes, 32);
  check(whole <= bytes.size(), ErrorKind::Data, "zip: malformed directory");

  CentralHeader header;
  const std::string_view name = text(bytes.subspan(kCentral, name_length));
  check_name(name);
  header.entry.name = name;
  header.flags = field<uint16_t>(bytes, 8);
  check((header.flags & kEncrypted) == 0, ErrorKind::Data, "zip: entry ", name, ": is encrypted");
  check((header.flags & ~(kDescriptor | kUtf8)) == 0, ErrorKind::Data, "zip: entry ", name,
        ": flags ", header.flags, " are not supported");
  check((field<uint32_t>(bytes, 38) & kFolderAttribute) == 0 && name.back() != '/', ErrorKind::Data,
        "zip: entry ", name, ": is a folder");
  const uint16_t method = field<uint16_t>(bytes, 10);
  check(method == 0 || name.find("/code/") == std::string_view::npos, ErrorKind::Data,
        "zip: entry ", name, ": compressed code: ", kTorchScript);
  check(method == 0, ErrorKind::Data, "zip: entry ", name, ": is compressed (method ", method,
        "); load the file in PyTorch and write it with torch.save()");
  uint64_t compressed = field<uint32_t>(bytes, 20);
  header.entry.crc = field<uint32_t>(bytes, 16);
  header.entry.size = field<uint32_t>(bytes, 24);
  header.local = field<uint32_t>(bytes, 42);
  widen(bytes.subspan(kCentral + name_length, extra_length), name, header.entry.size, compressed,
        header.local);
  check(compressed == header.entry.size && field<uint16_t>(bytes, 34) == 0, ErrorKind::Data,
        "zip: entry ", name, ": sizes of a stored entry differ");
  bytes = bytes.subspan(whole);
  return header;
}

// Checks the local header against the central one and finds the content.
void locate_content(ByteSource& file, CentralHeader& header, uint64_t directory) {
  ZipArchive::Entry& entry = header.entry;
  check(header.local <= directory && directory - header.local >= kLocal, ErrorKind::Data,
        "zip: entry ", entry.name, ": lies beyond the directory");
  const auto local = read_at<kLocal>(file, header.local);
  check(text(local).starts_with("PK\x03\x04"), ErrorKind::Data, "zip: entry ", entry.name,
        ": no local header");
  const uint64_t name_length = field<uint16_t>(local, 26),
                 extra_length = field<uint16_t>(local, 28);
  const uint64_t room = directory - header.local - kLocal;
  check(name_length == entry.name.size() && name_length + extra_length <= room &&
            entry.size <= room - name_length - extra_length,
        ErrorKind::Data, "zip: entry ", entry.name, ": does not fit before the directory");
  std::string name(name_length, '\0');
  file.read(header.local + kLocal, std::as_writable_bytes(std::span(name)));
  const bool late = (header.flags & kDescriptor) != 0;  // sizes follow the content
  const auto agrees = [&](size_t at, uint64_t value) {
    const uint32_t found = field<uint32_t>(local, at);
    return found == value || (late && found == 0) || (at != 14 && found == kMax32);
  };
  check(name == entry.name && field<uint16_t>(local, 6) == header.flags &&
            field<uint16_t>(local, 8) == 0 && agrees(14, entry.crc) && agrees(18, entry.size) &&
            agrees(22, entry.size),
        ErrorKind::Data, "zip: entry ", entry.name, ": its two headers contradict each other");
  entry.offset = header.local + kLocal + name_length + extra_length;
}

void check_placement(std::vector<CentralHeader>& headers, uint64_t directory) {
  std::sort(headers.begin(), headers.end(),
            [](const auto& a, const auto& b) { return a.local < b.local; });
  uint64_t reached = 0, slack = 0;
  for (const CentralHeader& header : headers) {
    check(header.local >= reached, ErrorKind::Data, "zip: entry ", header.entry.name,
          ": overlaps another");
    check(header.local - reached <= slack, ErrorKind::Data, "zip: unknown bytes before entry ",
          header.entry.name);
    reached = header.entry.offset + header.entry.size;
    slack = (header.flags & kDescriptor) != 0 ? kLargestDescriptor : 0;
  }
  check(directory - reached <= slack, ErrorKind::Data, "zip: unknown bytes before the directory");
}

}  // namespace

ZipArchive::ZipArchive(ByteSource& file, const Limits::Zip& limits) : file_(file) {
  const Directory directory = find_directory(file);
  check(directory.entries <= limits.entries, ErrorKind::Limit, "zip: ", directory.entries,
        " entries, the limit is ", limits.entries);
  check(directory.entries <= directory.size / kCentral, ErrorKind::Data,
        "zip: more entries than the directory holds");
  std::vector<std::byte> bytes(static_cast<size_t>(directory.size));
  file.read(directory.offset, bytes);
  std::span<const std::byte> rest = bytes;
  std::vector<CentralHeader> headers;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    headers.push_back(parse_central(rest));
    locate_content(file, headers.back(), directory.offset);
    entries_.push_back(headers.back().entry);
    const bool is_new = index_.emplace(entries_.back().name, i).second;
    check(is_new, ErrorKind::Data, "zip: two entries are named ", entries_.back().name);
  }
  check(rest.empty(), ErrorKind::Data, "zip: the directory holds more than its entries");
  check_placement(headers, directory.offset);
}

const ZipArchive::Entry* ZipArchive::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

void ZipArchive::read(const Entry& entry, std::span<std::byte> out) const {
  check(out.size() == entry.size, ErrorKind::Internal, "zip: buffer for ", entry.name);
  file_.read(entry.offset, out);
  check(crc32(out) == entry.crc, ErrorKind::Data, "zip: entry ", entry.name,
        ": the checksum differs: the file is damaged");
}

std::string ZipArchive::read_text(const Entry& entry, uint64_t limit) const {
  check(entry.size <= limit, ErrorKind::Data, "zip: entry ", entry.name, ": ", entry.size,
        " bytes, expected at most ", limit);
  std::string out(static_cast<size_t>(entry.size), '\0');
  read(entry, std::as_writable_bytes(std::span(out)));
  return out;
}

}  // namespace graft::transfer
