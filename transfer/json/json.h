// A JSON value, its bounded reader and its writer: metadata of weight files, manifests and states
// of checkpoints, and what the command prints under --json.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "graft/core/limits.h"

namespace graft::transfer {

/// Objects keep the order of their members, so that equal values give equal text.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;  ///< null
  Json(bool value) : value_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array values) : value_(std::move(values)) {}
  Json(Object members) : value_(std::move(members)) {}

  static Json object() { return Json(Object{}); }
  static Json array() { return Json(Array{}); }

  bool is_null() const { return holds<std::monostate>(); }

  /// Each Error(Data) naming `what` if the value is of another type. as_number() takes integers.
  bool as_bool(std::string_view what) const;
  int64_t as_integer(std::string_view what) const;
  double as_number(std::string_view what) const;
  const std::string& as_string(std::string_view what) const;
  const Array& as_array(std::string_view what) const;
  const Object& as_object(std::string_view what) const;

  /// The member of an object, or null; null too if this is no object.
  const Json* find(std::string_view name) const;
  /// The member of an object; Error(Data) naming it if it is missing or this is no object.
  const Json& at(std::string_view name) const;
  /// Adds a member, or replaces it in its place; this must be an object. Returns *this.
  Json& set(std::string name, Json value);
  /// Appends; this must be an array. Returns *this.
  Json& push(Json value);

  /// Calls `visitor` with the value as std::monostate (null), bool, int64_t, double, std::string,
  /// Array or Object.
  template <class Visitor>
  void visit(Visitor&& visitor) const {
    std::visit(visitor, value_);
  }

  friend bool operator==(const Json&, const Json&) = default;

 private:
  template <class T>
  bool holds() const {
    return std::holds_alternative<T>(value_);
  }

  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

/// Parses `text` within `limits`. Errors begin with `what`: Error(Data) for malformed text, invalid
/// UTF-8 or a duplicate key, Error(Limit) for text, depth or strings that are too large.
Json read_json(std::string_view text, const Limits::Json& limits, std::string_view what);

/// JSON text in valid UTF-8. Doubles are the shortest text that reads back to the same value;
/// NaN and infinities, which JSON has not, become null; bytes that are no UTF-8 become U+FFFD.
/// `indent` 0 is one line; otherwise that many spaces a level.
std::string write_json(const Json& value, int indent = 0);

}  // namespace graft::transfer
