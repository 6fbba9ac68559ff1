#include <array>
#include <charconv>
#include <cmath>

#include "graft/core/utf8.h"
#include "graft/transfer/json/json.h"

namespace graft::transfer {
namespace {

void write_string(std::string_view text, std::string& out) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = utf8_length(text, i);
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) {
      out += "\\u00", out += "0123456789abcdef"[c >> 4], out += "0123456789abcdef"[c & 15];
    } else {
      out += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  out += '"';
}

void write_number(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const std::string_view written(text.data(), static_cast<size_t>(end - text.data()));
  out += written;
  if (written.find_first_of(".e") == std::string_view::npos) out += ".0";  // stays a double
}

class Writer {
 public:
  explicit Writer(int indent) : indent_(indent) {}

  void operator()(std::monostate) { out_ += "null"; }
  void operator()(bool value) { out_ += value ? "true" : "false"; }
  void operator()(int64_t value) { out_ += std::to_string(value); }
  void operator()(double value) { write_number(value, out_); }
  void operator()(const std::string& value) { write_string(value, out_); }
  void operator()(const Json::Array& array) {
    list('[', ']', array, [&](const Json& item) { item.visit(*this); });
  }
  void operator()(const Json::Object& object) {
    list('{', '}', object, [&](const auto& member) {
      write_string(member.first, out_);
      out_ += ": ";
      member.second.visit(*this);
    });
  }

  std::string take() { return std::move(out_); }

 private:
  template <class Items, class WriteItem>
  void list(char open, char close, const Items& items, const WriteItem& write_item) {
    out_ += open;
    ++depth_;
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += indent_ > 0 ? "," : ", ";
      line();
      write_item(items[i]);
    }
    --depth_;
    if (!items.empty()) line();
    out_ += close;
  }
  void line() {
    if (indent_ > 0) out_ += '\n', out_.append(static_cast<size_t>(indent_ * depth_), ' ');
  }

  const int indent_;
  int depth_ = 0;
  std::string out_;
};

}  // namespace

std::string write_json(const Json& value, int indent) {
  Writer writer(indent);
  value.visit(writer);
  return writer.take();
}

}  // namespace graft::transfer
