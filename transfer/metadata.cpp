#include "graft/transfer/metadata.h"

#include <cmath>
#include <span>

#include "graft/core/error.h"
#include "graft/core/limits.h"
#include "graft/core/utf8.h"
#include "graft/transfer/json/json.h"

namespace graft::transfer {
namespace {

constexpr const char* kPreprocess = "graft.preprocess";
constexpr const char* kLabels = "graft.labels";
constexpr const char* kModel = "graft.model";
constexpr const char* kModelOptions = "graft.model_options";
constexpr const char* kHead = "graft.head";

template <class T>
struct Word {
  T value;
  const char* word;
};

constexpr Word<ResizeFilter> kFilters[] = {{ResizeFilter::Bilinear, "bilinear"},
                                           {ResizeFilter::Bicubic, "bicubic"}};
constexpr Word<ColourOrder> kColours[] = {
    {ColourOrder::Rgb, "rgb"}, {ColourOrder::Bgr, "bgr"}, {ColourOrder::Grey, "grey"}};

template <class T, size_t N>
T parse_word(const Json& json, const char* field, const Word<T> (&words)[N]) {
  const std::string& text = json.at(field).as_string(field);
  for (const Word<T>& word : words)
    if (text == word.word) return word.value;
  fail(ErrorKind::Data, "preprocess: ", field, " \"", text, "\" is unknown");
}

template <class T, size_t N>
const char* word_of(T value, const Word<T> (&words)[N]) {
  for (const Word<T>& word : words)
    if (word.value == value) return word.word;
  fail(ErrorKind::Internal, "preprocess: a value without a word");
}

int64_t parse_side(const Json& json, const char* field, int64_t smallest) {
  const int64_t side = json.as_integer(field);
  check(side >= smallest && static_cast<uint64_t>(side) <= Limits{}.image.side, ErrorKind::Data,
        "preprocess: ", field, ' ', side, " is out of range");
  return side;
}

void parse_channels(const Json& json, const char* field, std::array<double, 3>& out, size_t count) {
  const Json::Array& values = json.at(field).as_array(field);
  check(values.size() == count, ErrorKind::Data, "preprocess: ", field, " has ", values.size(),
        " channels, the colour order has ", count);
  for (size_t i = 0; i < 3; ++i) out[i] = values[std::min(i, count - 1)].as_number(field);
}

Json to_json(std::span<const double> values) { return Json::Array(values.begin(), values.end()); }

std::string value_or_empty(const Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

}  // namespace

std::optional<Preprocess> read_preprocess(const Metadata& metadata) {
  const auto found = metadata.find(kPreprocess);
  if (found == metadata.end()) return std::nullopt;
  const Json json = read_json(found->second, Limits{}.json, kPreprocess);
  Preprocess out;
  out.resize_short = parse_side(json.at("resize_short"), "resize_short", 0);
  out.filter = parse_word(json, "filter", kFilters);
  const Json::Array& crop = json.at("crop").as_array("crop");
  check(crop.size() == 2, ErrorKind::Data, "preprocess: crop needs height and width");
  out.crop_height = parse_side(crop[0], "crop", 1);
  out.crop_width = parse_side(crop[1], "crop", 1);
  out.colour = parse_word(json, "colour", kColours);
  out.range = json.at("range").as_number("range");
  parse_channels(json, "mean", out.mean, static_cast<size_t>(out.channels()));
  parse_channels(json, "std", out.std, static_cast<size_t>(out.channels()));
  bool sane = std::isfinite(out.range) && out.range > 0;
  for (size_t i = 0; i < 3; ++i)
    sane = sane && std::isfinite(out.mean[i]) && std::isfinite(out.std[i]) && out.std[i] > 0;
  check(sane, ErrorKind::Data, "preprocess: range and std must be positive, mean finite");
  return out;
}

void write_preprocess(Metadata& metadata, const Preprocess& preprocess) {
  const size_t channels = static_cast<size_t>(preprocess.channels());
  Json json = Json::object();
  json.set("resize_short", preprocess.resize_short);
  json.set("filter", word_of(preprocess.filter, kFilters));
  json.set("crop", Json::Array{preprocess.crop_height, preprocess.crop_width});
  json.set("colour", word_of(preprocess.colour, kColours));
  json.set("range", preprocess.range);
  json.set("mean", to_json(std::span(preprocess.mean).first(channels)));
  json.set("std", to_json(std::span(preprocess.std).first(channels)));
  metadata[kPreprocess] = write_json(json);
}

std::vector<std::string> read_labels(const Metadata& metadata) {
  const auto found = metadata.find(kLabels);
  std::vector<std::string> labels;
  if (found == metadata.end()) return labels;
  const Json json = read_json(found->second, Limits{}.json, kLabels);
  for (const Json& label : json.as_array(kLabels)) labels.push_back(label.as_string("a label"));
  return labels;
}

void write_labels(Metadata& metadata, const std::vector<std::string>& labels) {
  metadata[kLabels] = write_json(Json::Array(labels.begin(), labels.end()));
}

std::string read_model_name(const Metadata& metadata) { return value_or_empty(metadata, kModel); }

std::string read_model_options(const Metadata& metadata) {
  return value_or_empty(metadata, kModelOptions);
}

void write_model(Metadata& metadata, const std::string& name, const std::string& options) {
  metadata[kModel] = name;
  if (!options.empty()) metadata[kModelOptions] = options;
}

bool read_linear_head(const Metadata& metadata) {
  const std::string head = value_or_empty(metadata, kHead);
  check(head.empty() || head == "linear", ErrorKind::Data, kHead, ": unknown head '",
        printable(head), "'");
  return !head.empty();
}

void write_linear_head(Metadata& metadata) { metadata[kHead] = "linear"; }

}  // namespace graft::transfer
