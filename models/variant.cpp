#include "graft/models/variant.h"

#include <charconv>

#include "graft/core/error.h"

namespace graft::models {

Variant::Variant(std::string_view model, std::string_view text) : model_(model) {
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const size_t equals = item.find('=');
    check(equals != std::string_view::npos && equals > 0, ErrorKind::Argument, model_,
          ": variant '", item, "' is not of the form key=value");
    values_[std::string(item.substr(0, equals))] = std::string(item.substr(equals + 1));
  }
}

std::string Variant::take(const std::string& key, const std::string& otherwise) {
  const auto entry = values_.extract(key);
  return entry ? entry.mapped() : otherwise;
}

int64_t Variant::take_int(const std::string& key, int64_t otherwise) {
  const std::string text = take(key, std::to_string(otherwise));
  int64_t value = 0;
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  check(status == std::errc{} && stop == text.data() + text.size(), ErrorKind::Argument, model_,
        ": variant ", key, "='", text, "' is not a whole number");
  return value;
}

void Variant::finish() const {
  check(values_.empty(), ErrorKind::Argument, model_, ": has no variant '",
        values_.empty() ? "" : values_.begin()->first, "'");
}

}  // namespace graft::models
