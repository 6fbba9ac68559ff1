// A strict reader of zip archives with stored entries, the container of torch.save().
//
// Everything two zip readers could disagree about is refused: junk before or after, a comment,
// several disks, compression, encryption, entries that overlap or lie apart, headers that
// contradict each other, duplicate, absolute or escaping names. A name never becomes a path.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graft/core/io/byte_source.h"
#include "graft/core/limits.h"

namespace graft::transfer {

/// What torch.jit.save() writes into the same container, code among it, and what to do about it.
inline constexpr const char* kTorchScript =
    "a TorchScript archive; save its weights alone: torch.save(torch.jit.load(FILE).state_dict(), "
    "...)";

class ZipArchive {
 public:
  struct Entry {
    std::string name;
    uint64_t offset = 0;  ///< of the content
    uint64_t size = 0;
    uint32_t crc = 0;
  };

  /// Reads and proves the directory and every local header; `file` must outlive the archive.
  /// Error(Data) or Error(Limit).
  ZipArchive(ByteSource& file, const Limits::Zip& limits);

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(const std::string& name) const;
  /// Reads a whole entry; `out` has its size. Error(Data) if the checksum differs.
  void read(const Entry& entry, std::span<std::byte> out) const;
  /// A small entry as text; Error(Data) if it is larger than `limit` bytes.
  std::string read_text(const Entry& entry, uint64_t limit) const;

 private:
  ByteSource& file_;
  std::vector<Entry> entries_;  // in the order of the directory
  std::unordered_map<std::string, size_t> index_;
};

}  // namespace graft::transfer
