#include <array>
#include <charconv>
#include <cmath>

#include "graft/transfer/json.h"
#include "graft/transfer/utf8.h"

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

}  // namespace

std::string write_json(const Json& value, int indent) {
  struct Writer {
    int indent;
    std::string out;

    void line(int depth) {
      if (indent > 0) out += '\n', out.append(static_cast<size_t>(indent * depth), ' ');
    }
    template <class Items, class WriteItem>
    void list(char open, char close, const Items& items, int depth, const WriteItem& write_item) {
      out += open;
      for (size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += indent > 0 ? "," : ", ";
        line(depth + 1);
        write_item(items[i]);
      }
      if (!items.empty()) line(depth);
      out += close;
    }
    void write(const Json& json, int depth) {
      const auto& v = json.value_;
      if (const bool* flag = std::get_if<bool>(&v)) {
        out += *flag ? "true" : "false";
      } else if (const int64_t* integer = std::get_if<int64_t>(&v)) {
        out += std::to_string(*integer);
      } else if (const double* number = std::get_if<double>(&v)) {
        write_number(*number, out);
      } else if (const std::string* text = std::get_if<std::string>(&v)) {
        write_string(*text, out);
      } else if (const Json::Array* array = std::get_if<Json::Array>(&v)) {
        list('[', ']', *array, depth, [&](const Json& item) { write(item, depth + 1); });
      } else if (const Json::Object* object = std::get_if<Json::Object>(&v)) {
        list('{', '}', *object, depth, [&](const auto& member) {
          write_string(member.first, out);
          out += ": ";
          write(member.second, depth + 1);
        });
      } else {
        out += "null";
      }
    }
  };
  Writer writer{indent, {}};
  writer.write(value, 0);
  return std::move(writer.out);
}

}  // namespace graft::transfer
