#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "graft/core/error.h"
#include "graft/transfer/json/first_difference.h"
#include "graft/transfer/json/json.h"

namespace graft::transfer {
namespace {

Json parse(std::string_view text) { return read_json(text, Limits{}.json, "test"); }

ErrorKind refused(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    CHECK(std::string_view(error.what()).starts_with("test: "));
    return error.kind();
  }
  FAIL("accepted: " << text);
  return ErrorKind::Internal;
}

}  // namespace

TEST_CASE("json: a value survives writing and reading") {
  Json value = Json::object();
  value.set("text", "quote \" back \\ tab \t line \n \x01 \x7f snowman \xe2\x98\x83");
  value.set("numbers",
            Json::Array{0, -1, std::numeric_limits<int64_t>::max(), 0.1, 1e300, -0.0, 5e-324, 3.0});
  value.set("flags", Json::Array{true, false, {}});
  value.set("empty", Json::Array{Json::object(), Json::array(), ""});
  for (const int indent : {0, 2}) CHECK(parse(write_json(value, indent)) == value);
  CHECK(write_json(parse("{\"b\":1,\"a\":[2.5]}")) == "{\"b\": 1, \"a\": [2.5]}");
  CHECK(write_json(parse("{\"a\":[1,{}]}"), 2) == "{\n  \"a\": [\n    1,\n    {}\n  ]\n}");
}

TEST_CASE("json: doubles and integers keep their type, what JSON has not becomes null") {
  CHECK(write_json(3.0) == "3.0");
  CHECK(write_json(3) == "3");
  CHECK(write_json(std::nan("")) == "null");
  CHECK(write_json(HUGE_VAL) == "null");
  CHECK(parse("3").as_number("n") == 3.0);
  CHECK_THROWS_WITH_AS(parse("3.0").as_integer("n"), "n: is not an integer", Error);
  CHECK_THROWS_AS(parse("9223372036854775808").as_integer("n"), Error);
  CHECK_THROWS_AS(parse("-0").as_integer("n"), Error);
  CHECK_THROWS_AS(parse("1e2").as_integer("n"), Error);
}

TEST_CASE("json: malformed text is refused") {
  for (const char* text : {"",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{'a':1}",
                           "nul",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "[1] 2",
                           "1e400",
                           "NaN",
                           "\"\\ud800\"",
                           "\"\\udc00x\"",
                           "\"\xff\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\n\"",
                           "// c\n1",
                           "\xef\xbb\xbf{}",
                           "{\"a\":1,\"a\":2}",
                           "{1:2}"})
    CHECK_MESSAGE(refused(text) == ErrorKind::Data, text);
  CHECK(refused(std::string_view("{}\0", 3)) == ErrorKind::Data);
  CHECK(refused(std::string_view("{\0}\0", 4)) == ErrorKind::Data);
}

TEST_CASE("json: limits hold for depth, strings and size") {
  CHECK(refused(std::string(1'000'000, '[')) == ErrorKind::Limit);
  std::string nested(64, '[');
  nested.append(64, ']');
  CHECK_NOTHROW(parse(nested));
  Limits::Json small;
  small.string_bytes = 3;
  small.bytes = 10;
  CHECK_NOTHROW(read_json("\"abc\"", small, "test"));
  CHECK_THROWS_AS(read_json("\"abcd\"", small, "test"), Error);
  CHECK_THROWS_AS(read_json("           1", small, "test"), Error);
}

TEST_CASE("json: names of any bytes give valid text") {
  CHECK(write_json(std::string("a\xff\xed\xa0\x80z")) ==
        "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

TEST_CASE("json: the first difference of two objects") {
  const Json before = parse(R"({"a": 1, "b": [1, "x"], "gone": true})");
  const Json now = parse(R"({"new": null, "b": [1, "y"], "a": 1})");
  CHECK_FALSE(first_difference(before, before));
  CHECK(first_difference(before, now)->text == "new was not given, is now null");
  const JsonDifference second = first_difference(before, now, {"new"}).value();
  CHECK(second.member == "b");
  CHECK(second.text == R"(b was [1, "x"], is now [1, "y"])");
  CHECK(first_difference(before, now, {"new", "b"})->text == "gone was true, is now not given");
  CHECK_FALSE(first_difference(before, now, {"new", "b", "gone"}));
}

TEST_CASE("json: a missing or wrong member is named") {
  const Json value = parse("{\"a\": 1}");
  CHECK_THROWS_WITH_AS(value.at("b"), "json: \"b\" is missing", Error);
  CHECK_THROWS_WITH_AS(value.at("a").as_string("a"), "a: is not a string", Error);
  CHECK(value.find("b") == nullptr);
}

}  // namespace graft::transfer
