#include "graft/transfer/json/json.h"

#include <algorithm>

#include "graft/core/error.h"
#include "graft/transfer/json/json_events.h"

namespace graft::transfer {
namespace {

template <class T, class Value>
const T& expect(const Value& value, std::string_view what, const char* type) {
  const T* found = std::get_if<T>(&value);
  check(found != nullptr, ErrorKind::Data, what, ": is not ", type);
  return *found;
}

class TreeBuilder final : public JsonEvents {
 public:
  explicit TreeBuilder(std::string_view what) : what_(what) {}

  void null() override { add({}); }
  void boolean(bool value) override { add(value); }
  void integer(int64_t value) override { add(value); }
  void number(double value) override { add(value); }
  void string(std::string&& value) override { add(std::move(value)); }
  void begin_object() override { open_.push_back({Json::Object{}, {}, false, {}}); }
  void key(std::string&& name) override { open_.back().key = std::move(name); }
  void begin_array() override { open_.push_back({{}, Json::Array{}, true, {}}); }

  void end_object() override {
    Level level = std::move(open_.back());
    open_.pop_back();
    refuse_duplicates(level.members);
    add(std::move(level.members));
  }
  void end_array() override {
    Level level = std::move(open_.back());
    open_.pop_back();
    add(std::move(level.elements));
  }

  Json root;

 private:
  struct Level {
    Json::Object members;
    Json::Array elements;
    bool is_array;
    std::string key;
  };

  void add(Json value) {
    if (open_.empty())
      root = std::move(value);
    else if (open_.back().is_array)
      open_.back().elements.push_back(std::move(value));
    else
      open_.back().members.emplace_back(std::move(open_.back().key), std::move(value));
  }

  void refuse_duplicates(const Json::Object& members) const {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& [name, value] : members) names.push_back(name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    check(twice == names.end(), ErrorKind::Data, what_, ": duplicate key \"",
          twice == names.end() ? "" : *twice, '"');
  }

  const std::string_view what_;
  std::vector<Level> open_;
};

}  // namespace

bool Json::as_bool(std::string_view what) const { return expect<bool>(value_, what, "a boolean"); }

int64_t Json::as_integer(std::string_view what) const {
  return expect<int64_t>(value_, what, "an integer");
}

double Json::as_number(std::string_view what) const {
  if (const int64_t* integer = std::get_if<int64_t>(&value_)) return static_cast<double>(*integer);
  return expect<double>(value_, what, "a number");
}

const std::string& Json::as_string(std::string_view what) const {
  return expect<std::string>(value_, what, "a string");
}

const Json::Array& Json::as_array(std::string_view what) const {
  return expect<Array>(value_, what, "an array");
}

const Json::Object& Json::as_object(std::string_view what) const {
  return expect<Object>(value_, what, "an object");
}

const Json* Json::find(std::string_view name) const {
  const Object* object = std::get_if<Object>(&value_);
  if (!object) return nullptr;
  for (const auto& [key, value] : *object)
    if (key == name) return &value;
  return nullptr;
}

const Json& Json::at(std::string_view name) const {
  const Json* found = find(name);
  check(found != nullptr, ErrorKind::Data, "json: \"", name, "\" is missing");
  return *found;
}

Json& Json::set(std::string name, Json value) {
  Object* object = std::get_if<Object>(&value_);
  check(object != nullptr, ErrorKind::Internal, "json: set(\"", name, "\") on no object");
  for (auto& [key, old] : *object)
    if (key == name) return old = std::move(value), *this;
  object->emplace_back(std::move(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  Array* array = std::get_if<Array>(&value_);
  check(array != nullptr, ErrorKind::Internal, "json: push() on no array");
  array->push_back(std::move(value));
  return *this;
}

Json read_json(std::string_view text, const Limits::Json& limits, std::string_view what) {
  TreeBuilder builder(what);
  read_json_events(text, limits, what, builder);
  return std::move(builder.root);
}

}  // namespace graft::transfer
