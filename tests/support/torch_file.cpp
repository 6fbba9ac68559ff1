#include "support/torch_file.h"

#include <cstring>
#include <span>

#include "graft/transfer/weights/crc32.h"
#include "graft/transfer/weights/torch_legacy.h"

namespace graft::testing {

using std::literals::operator""s;

std::string bytes_of(uint64_t value, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

namespace pickle {

std::string text(std::string_view value) {
  return "X" + bytes_of(value.size(), 4) + std::string(value);
}

std::string integer(int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX)
    return "J" + bytes_of(static_cast<uint64_t>(value), 4);
  return "\x8a\x08" + bytes_of(static_cast<uint64_t>(value), 8);
}

std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}

std::string tuple(const std::vector<int64_t>& values) {
  std::string out = "(";
  for (const int64_t value : values) out += integer(value);
  return out + "t";
}

std::string storage(std::string_view type, std::string_view key, int64_t numel,
                    std::string_view end) {
  return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + integer(numel) +
         std::string(end) + "tQ";
}

std::string tensor(const std::string& storage, int64_t offset, const std::vector<int64_t>& shape,
                   const std::vector<int64_t>& stride) {
  return global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + integer(offset) +
         tuple(shape) + tuple(stride) + "\x89" + global("collections", "OrderedDict") + ")RtR";
}

std::string program(const std::string& body) { return "\x80\x02" + body + "."; }

std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string out = "}(";
  for (const auto& [name, value] : items) out += text(name) + value;
  return out + "u";
}

}  // namespace pickle

std::string zip(const std::vector<ZipItem>& items, const ZipQuirks& quirks) {
  std::string out = quirks.before, directory;
  bool first = true;
  for (const ZipItem& item : items) {
    const uint32_t crc = transfer::crc32(std::as_bytes(std::span(item.content))) ^ quirks.crc_xor;
    const bool late = (quirks.flags & 8) != 0;
    const std::string known =
        bytes_of(crc, 4) + bytes_of(item.content.size(), 4) + bytes_of(item.content.size(), 4);
    const std::string local_name =
        first && !quirks.local_name.empty() ? quirks.local_name : item.name;
    const size_t offset = out.size();
    out += "PK\x03\x04"s + bytes_of(0, 2) + bytes_of(quirks.flags, 2) + bytes_of(quirks.method, 2) +
           bytes_of(0, 4) + (late ? std::string(12, '\0') : known) + bytes_of(local_name.size(), 2);
    const size_t pad = (64 - (out.size() + 2 + local_name.size() + 4) % 64) % 64;
    out += bytes_of(4 + pad, 2) + local_name + "FB" + bytes_of(pad, 2) + std::string(pad, 'Z');
    out += item.content;
    if (late) out += "PK\x07\x08"s + known;
    directory += "PK\x01\x02"s + bytes_of(0, 4) + bytes_of(quirks.flags, 2) +
                 bytes_of(quirks.method, 2) + bytes_of(0, 4) + known +
                 bytes_of(item.name.size(), 2) + std::string(12, '\0') + bytes_of(offset, 4) +
                 item.name;
    first = false;
  }
  const uint64_t start = out.size();
  out += directory;
  if (quirks.zip64) {
    const uint64_t record = out.size();
    out += "PK\x06\x06"s + bytes_of(44, 8) + bytes_of(0x2d031e, 4) + std::string(8, '\0') +
           bytes_of(items.size(), 8) + bytes_of(items.size(), 8) + bytes_of(directory.size(), 8) +
           bytes_of(start, 8);
    out += "PK\x06\x07"s + bytes_of(0, 4) + bytes_of(record, 8) + bytes_of(1, 4);
  }
  return out + "PK\x05\x06"s + bytes_of(0, 4) + bytes_of(items.size(), 2) +
         bytes_of(items.size(), 2) + bytes_of(directory.size(), 4) + bytes_of(start, 4) +
         bytes_of(0, 2) + quirks.after;
}

std::string torch_zip(const std::string& pickle, const std::vector<ZipItem>& storages,
                      const ZipQuirks& quirks) {
  std::vector<ZipItem> items{{"a/data.pkl", pickle}, {"a/byteorder", "little"}};
  for (const ZipItem& storage : storages)
    items.push_back({"a/data/" + storage.name, storage.content});
  items.push_back({"a/version", "3\n"});
  return zip(items, quirks);
}

std::string torch_legacy(const std::string& object, const std::vector<LegacyStorage>& storages) {
  std::string out(transfer::kTorchLegacyMagic);
  out += pickle::program(pickle::integer(1001));
  out += pickle::program(pickle::dict({{"little_endian", "\x88"}}));
  out += object;
  std::string keys = "](";
  for (const LegacyStorage& storage : storages) keys += pickle::text(storage.key);
  out += pickle::program(keys + "e");
  for (const LegacyStorage& storage : storages)
    out += bytes_of(static_cast<uint64_t>(storage.count), 8) + storage.content;
  return out;
}

namespace {

std::string small_pickle(std::string_view end = "") {
  using namespace pickle;
  return program(dict({{"w", tensor(storage("FloatStorage", "0", 6, end), 0, {2, 3}, {3, 1})},
                       {"n", tensor(storage("LongStorage", "1", 1, end), 0, {}, {})}}));
}

std::string six_floats() {
  std::string out(24, '\0');
  for (int i = 0; i < 6; ++i) {
    const float value = static_cast<float>(i);
    std::memcpy(out.data() + 4 * i, &value, 4);
  }
  return out;
}

}  // namespace

std::string small_torch_zip() {
  return torch_zip(small_pickle(), {{"0", six_floats()}, {"1", bytes_of(7, 8)}});
}

std::string small_torch_legacy() {
  return torch_legacy(small_pickle("N"), {{"0", 6, six_floats()}, {"1", 1, bytes_of(7, 8)}});
}

std::string small_safetensors() {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("w":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}})";
  return bytes_of(header.size(), 8) + header + bytes_of(7, 8) + six_floats();
}

}  // namespace graft::testing
