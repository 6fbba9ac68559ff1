#include "graft/transfer/json/json_events.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "graft/core/error.h"

namespace graft::transfer {
namespace {

// The library's SAX interface only: its document type terminates the process when memory runs out.
class Adapter {
 public:
  Adapter(const Limits::Json& limits, std::string_view what, JsonEvents& events)
      : limits_(limits), what_(what), events_(events) {}

  bool null() { return events_.null(), true; }
  bool boolean(bool value) { return events_.boolean(value), true; }
  bool number_integer(int64_t value) {  // called for a leading minus only
    if (value == 0)
      events_.number(-0.0);
    else
      events_.integer(value);
    return true;
  }
  bool number_unsigned(uint64_t value) {
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      events_.integer(static_cast<int64_t>(value));
    else
      events_.number(static_cast<double>(value));
    return true;
  }
  bool number_float(double value, const std::string&) { return events_.number(value), true; }
  bool string(std::string& value) { return events_.string(bounded(value)), true; }
  bool binary(std::vector<uint8_t>&) { return false; }  // not in JSON text
  bool start_object(size_t) { return enter(), events_.begin_object(), true; }
  bool key(std::string& name) { return events_.key(bounded(name)), true; }
  bool end_object() { return --depth_, events_.end_object(), true; }
  bool start_array(size_t) { return enter(), events_.begin_array(), true; }
  bool end_array() { return --depth_, events_.end_array(), true; }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    fail(ErrorKind::Data, what_, ": malformed JSON at byte ", position);
  }

 private:
  void enter() {
    check(++depth_ <= limits_.depth, ErrorKind::Limit, what_, ": JSON is nested deeper than ",
          limits_.depth);
  }
  std::string&& bounded(std::string& text) {
    check(text.size() <= limits_.string_bytes, ErrorKind::Limit, what_, ": JSON string of ",
          text.size(), " bytes, the limit is ", limits_.string_bytes);
    return std::move(text);
  }

  const Limits::Json& limits_;
  const std::string_view what_;
  JsonEvents& events_;
  uint64_t depth_ = 0;
};

}  // namespace

void read_json_events(std::string_view text, const Limits::Json& limits, std::string_view what,
                      JsonEvents& events) {
  check(text.size() <= limits.bytes, ErrorKind::Limit, what, ": ", text.size(),
        " bytes of JSON, the limit is ", limits.bytes);
  // The library takes a NUL for the end of the text.
  check(text.find('\0') == std::string_view::npos, ErrorKind::Data, what,
        ": JSON holds a NUL byte");
  check(!text.starts_with("\xef\xbb\xbf"), ErrorKind::Data, what,
        ": JSON begins with a byte order mark");
  Adapter adapter(limits, what, events);
  nlohmann::json::sax_parse(text.begin(), text.end(), &adapter);
}

}  // namespace graft::transfer
