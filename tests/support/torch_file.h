// Writes PyTorch files byte by byte, right ones and wrong ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graft::testing {

/// Little-endian bytes of an integer.
std::string bytes_of(uint64_t value, size_t count);

/// Opcodes of a pickle and their operands.
namespace pickle {
std::string text(std::string_view value);
std::string integer(int64_t value);  ///< BININT, or LONG1 beyond 32 bits
std::string global(std::string_view module, std::string_view name);
std::string tuple(const std::vector<int64_t>& values);
/// ('storage', torch.<type>, key, 'cpu', numel) as a persistent id; `end` is "N" in the older
/// stream, for a sixth part, None.
std::string storage(std::string_view type, std::string_view key, int64_t numel,
                    std::string_view end = "");
/// _rebuild_tensor_v2(storage, offset, shape, stride, False, OrderedDict()).
std::string tensor(const std::string& storage, int64_t offset, const std::vector<int64_t>& shape,
                   const std::vector<int64_t>& stride);
/// PROTO 2, `body`, STOP.
std::string program(const std::string& body);
/// A dictionary of names and the code of their values.
std::string dict(const std::vector<std::pair<std::string, std::string>>& items);
}  // namespace pickle

struct ZipItem {
  std::string name, content;
};

/// What a stored zip may do differently from torch.save()'s.
struct ZipQuirks {
  uint16_t flags = 0x808;
  uint16_t method = 0;
  bool zip64 = true;       ///< also write the zip64 end record
  uint32_t crc_xor = 0;    ///< damages every checksum
  std::string local_name;  ///< in place of the first entry's name in its local header
  std::string before, after;
};

std::string zip(const std::vector<ZipItem>& items, const ZipQuirks& quirks = {});

/// A whole torch.save() archive around a data.pkl.
std::string torch_zip(const std::string& pickle, const std::vector<ZipItem>& storages,
                      const ZipQuirks& quirks = {});
/// The older stream: `keys` and `contents` of the storages in order, counts as given.
struct LegacyStorage {
  std::string key;
  int64_t count;
  std::string content;
};
std::string torch_legacy(const std::string& pickle, const std::vector<LegacyStorage>& storages);

/// A small right file of each kind: "w" f32 [2,3] of 0..5, "n" i64 scalar 7.
std::string small_torch_zip();
std::string small_torch_legacy();
std::string small_safetensors();

}  // namespace graft::testing
