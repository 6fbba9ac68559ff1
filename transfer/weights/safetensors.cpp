#include "graft/transfer/weights/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "graft/transfer/json/json.h"
#include "graft/transfer/weights/raw_tensor.h"
#include "graft/transfer/weights/safetensors_header.h"

namespace graft::transfer {

static_assert(std::endian::native == std::endian::little, "weight files are little-endian");

WeightFile read_safetensors(ByteSource& file, const Limits& limits) {
  check(file.size() >= 8, ErrorKind::Data, "safetensors: ", file.size(),
        " bytes are too few for a header");
  uint64_t length = 0;
  file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  check(length <= limits.safetensors.header_bytes, ErrorKind::Limit, "safetensors: header of ",
        length, " bytes, the limit is ", limits.safetensors.header_bytes);
  check(length <= file.size() - 8, ErrorKind::Data, "safetensors: header of ", length,
        " bytes in a file of ", file.size(), ": the file is truncated");
  std::string text(static_cast<size_t>(length), '\0');
  file.read(8, std::as_writable_bytes(std::span(text)));
  SafetensorsHeader header = parse_safetensors_header(text, file.size() - 8 - length, limits);

  WeightFile weights;
  weights.metadata = std::move(header.metadata);
  for (SafetensorsHeader::Entry& entry : header.entries) {
    Tensor tensor = Tensor::empty(entry.shape, entry.dtype);
    file.read(8 + length + entry.begin, raw_bytes(tensor));
    check_raw_values(tensor, "safetensors", entry.name);
    weights.add(std::move(entry.name), std::move(tensor));
  }
  return weights;
}

void write_safetensors(WritableFile& out, const WeightFile& weights) {
  const std::vector<WeightFile::Entry>& entries = weights.entries();
  std::vector<size_t> placed(entries.size());  // in the order of the data
  std::iota(placed.begin(), placed.end(), size_t{0});
  std::stable_sort(placed.begin(), placed.end(), [&](size_t a, size_t b) {
    return size_of(entries[a].tensor.dtype()) > size_of(entries[b].tensor.dtype());
  });
  std::vector<int64_t> begin(entries.size());
  int64_t offset = 0;
  for (const size_t i : placed) {
    begin[i] = offset;
    offset += static_cast<int64_t>(entries[i].tensor.bytes());
  }

  Json metadata = Json::object();
  for (const auto& [key, value] : weights.metadata) metadata.set(key, value);
  if (!metadata.find("format")) metadata.set("format", "pt");
  Json::Object header{{"__metadata__", std::move(metadata)}};
  for (size_t i = 0; i < entries.size(); ++i) {
    const Tensor& tensor = entries[i].tensor;
    Json entry = Json::object();
    entry.set("dtype", safetensors_dtype(tensor.dtype()));
    entry.set("shape", Json::Array(tensor.shape().begin(), tensor.shape().end()));
    entry.set("data_offsets",
              Json::Array{begin[i], begin[i] + static_cast<int64_t>(tensor.bytes())});
    header.emplace_back(entries[i].name, std::move(entry));
  }
  std::string text = write_json(Json(std::move(header)));
  text.append((8 - text.size() % 8) % 8, ' ');

  const uint64_t length = text.size();
  out.write(std::as_bytes(std::span(&length, 1)));
  out.write(text);
  for (const size_t i : placed) out.write(raw_bytes(entries[i].tensor));
}

void write_safetensors(FileSystem& files, const std::filesystem::path& path,
                       const WeightFile& weights) {
  write_file_atomically(files, path, [&](WritableFile& out) { write_safetensors(out, weights); });
}

}  // namespace graft::transfer
