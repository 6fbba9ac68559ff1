#include "graft/transfer/weights/safetensors_header.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "graft/core/error.h"
#include "graft/transfer/json/json_events.h"

namespace graft::transfer {
namespace {

constexpr std::array<std::pair<DType, const char*>, 8> kDTypes = {{{DType::F32, "F32"},
                                                                   {DType::F64, "F64"},
                                                                   {DType::BF16, "BF16"},
                                                                   {DType::F16, "F16"},
                                                                   {DType::I64, "I64"},
                                                                   {DType::I32, "I32"},
                                                                   {DType::U8, "U8"},
                                                                   {DType::Bool, "BOOL"}}};

// A machine over the three levels of the header: names; the fields of a tensor or the metadata; the
// numbers of a field.
class HeaderReader final : public JsonEvents {
 public:
  explicit HeaderReader(const Limits& limits) : limits_(limits) {}

  void null() override { refuse(); }
  void boolean(bool) override { refuse(); }
  void number(double) override { refuse(); }

  void integer(int64_t value) override {
    if (!in_array_ || value < 0) refuse();
    if (field_ == "shape") {
      check(static_cast<uint64_t>(current_.shape.rank()) < rank_limit(), ErrorKind::Limit,
            "safetensors: ", current_.name, ": rank exceeds ", rank_limit());
      current_.shape.push_back(value);
    } else {
      if (offsets_ == 2) refuse();
      (offsets_++ == 0 ? current_.begin : current_.end) = static_cast<uint64_t>(value);
    }
  }

  void string(std::string&& value) override {
    if (level_ != 2 || in_array_) refuse();
    if (in_metadata_) {
      const bool is_new = header_.metadata.emplace(field_, std::move(value)).second;
      check(is_new, ErrorKind::Data, "safetensors: metadata: duplicate key ", field_);
      return;
    }
    if (field_ != "dtype") refuse();
    const auto* const known = std::find_if(kDTypes.begin(), kDTypes.end(),
                                           [&](const auto& d) { return value == d.second; });
    check(known != kDTypes.end(), ErrorKind::Data, "safetensors: ", current_.name, ": dtype ",
          value, " is not supported");
    current_.dtype = known->first;
  }

  void begin_object() override {
    if (in_array_ || level_ == 2) refuse();
    if (level_++ == 0) return;
    in_metadata_ = name_ == "__metadata__";
    seen_ = 0;
    if (in_metadata_) {
      check(!std::exchange(had_metadata_, true), ErrorKind::Data,
            "safetensors: duplicate __metadata__");
    } else {
      check(header_.entries.size() < limits_.safetensors.tensors, ErrorKind::Limit,
            "safetensors: more than ", limits_.safetensors.tensors, " tensors");
      current_ = {};
      current_.name = std::move(name_);
    }
  }

  void key(std::string&& name) override {
    if (level_ == 1) {
      name_ = std::move(name);
      return;
    }
    field_ = std::move(name);
    if (in_metadata_) return;
    const unsigned bit = field_ == "dtype" ? 1 : field_ == "shape" ? 2 : 4;
    check(bit < 4 || field_ == "data_offsets", ErrorKind::Data, "safetensors: ", current_.name,
          ": unknown field ", field_);
    check((seen_ & bit) == 0, ErrorKind::Data, "safetensors: ", current_.name, ": duplicate field ",
          field_);
    seen_ |= bit;
  }

  void end_object() override {
    if (level_-- == 1 || in_metadata_) return;
    check(seen_ == 7, ErrorKind::Data, "safetensors: ", current_.name,
          ": needs dtype, shape and data_offsets");
    header_.entries.push_back(std::move(current_));
  }

  void begin_array() override {
    if (level_ != 2 || in_array_ || in_metadata_ || field_ == "dtype") refuse();
    in_array_ = true;
    offsets_ = 0;
  }

  void end_array() override {
    in_array_ = false;
    if (field_ == "data_offsets" && offsets_ != 2) refuse();
  }

  SafetensorsHeader take() { return std::move(header_); }

 private:
  uint64_t rank_limit() const {
    return std::min<uint64_t>(limits_.safetensors.rank, static_cast<uint64_t>(kMaxRank));
  }

  [[noreturn]] void refuse() const {
    check(level_ > 0, ErrorKind::Data, "safetensors: header is not a JSON object");
    check(level_ > 1, ErrorKind::Data, "safetensors: ", name_, ": is not an object");
    check(!in_metadata_, ErrorKind::Data, "safetensors: metadata: ", field_, " is not a string");
    fail(ErrorKind::Data, "safetensors: ", current_.name, ": ", field_, " has a wrong type");
  }

  const Limits& limits_;
  SafetensorsHeader header_;
  SafetensorsHeader::Entry current_;
  std::string name_, field_;
  int level_ = 0;
  int offsets_ = 0;
  unsigned seen_ = 0;  // fields of the current tensor, a bit each
  bool in_array_ = false, in_metadata_ = false, had_metadata_ = false;
};

void check_size(const SafetensorsHeader::Entry& entry) {
  check(entry.begin <= entry.end, ErrorKind::Data, "safetensors: ", entry.name, ": offsets [",
        entry.begin, ", ", entry.end, "] run backwards");
  // Over all extents, zeros counted as one, so that no later product of some of them can overflow.
  uint64_t bound = size_of(entry.dtype), bytes = bound;
  for (const int64_t extent : entry.shape) {
    const uint64_t n = static_cast<uint64_t>(extent);
    bytes *= n;
    check(!__builtin_mul_overflow(bound, n == 0 ? 1 : n, &bound) && bound <= INT64_MAX,
          ErrorKind::Data, "safetensors: ", entry.name, ": size of ", entry.shape, " overflows");
  }
  check(bytes == entry.end - entry.begin, ErrorKind::Data, "safetensors: ", entry.name, ": ",
        entry.dtype, ' ', entry.shape, " needs ", bytes, " bytes, its offsets give ",
        entry.end - entry.begin);
}

void check_coverage(const std::vector<SafetensorsHeader::Entry>& entries, uint64_t data_bytes) {
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(entries[a].begin, entries[a].end) <
           std::pair(entries[b].begin, entries[b].end);
  });
  uint64_t reached = 0;
  for (const size_t i : order) {
    const SafetensorsHeader::Entry& entry = entries[i];
    check(entry.begin >= reached, ErrorKind::Data, "safetensors: ", entry.name,
          ": overlaps the tensor before it at byte ", entry.begin);
    check(entry.begin == reached, ErrorKind::Data, "safetensors: ", entry.name,
          ": a hole before it, from byte ", reached, " to ", entry.begin);
    check(entry.end <= data_bytes, ErrorKind::Data, "safetensors: ", entry.name, ": ends at byte ",
          entry.end, " of ", data_bytes, ": the file is truncated");
    reached = entry.end;
  }
  check(reached == data_bytes, ErrorKind::Data, "safetensors: ", data_bytes - reached,
        " bytes after the last tensor belong to none");
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes,
                                           const Limits& limits) {
  check(text.starts_with('{'), ErrorKind::Data, "safetensors: header does not begin with {");
  Limits::Json json = limits.json;
  json.depth = json.header_depth;
  json.bytes = limits.safetensors.header_bytes;
  HeaderReader reader(limits);
  read_json_events(text, json, "safetensors", reader);
  SafetensorsHeader header = reader.take();

  std::vector<std::string_view> names;
  for (const SafetensorsHeader::Entry& entry : header.entries) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) fail(ErrorKind::Data, "safetensors: two tensors are named ", *twice);
  for (const SafetensorsHeader::Entry& entry : header.entries) check_size(entry);
  check_coverage(header.entries, data_bytes);
  return header;
}

const char* safetensors_dtype(DType dtype) {
  for (const auto& [known, name] : kDTypes)
    if (known == dtype) return name;
  fail(ErrorKind::Internal, "safetensors: no name for ", dtype);
}

}  // namespace graft::transfer
