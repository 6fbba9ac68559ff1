#include <doctest/doctest.h>

#include "graft/transfer/weights/raw_tensor.h"
#include "graft/transfer/weights/safetensors.h"
#include "support/files.h"
#include "support/torch_file.h"

namespace graft::transfer {
namespace {

using std::literals::operator""s;

WeightFile parse(const std::string& bytes, const Limits& limits = {}) {
  SpanSource source(std::as_bytes(std::span(bytes)));
  return read_weights(source, limits);
}

// A file of this header in front of `data_bytes` zeros.
std::string file_of(const std::string& header, size_t data_bytes) {
  return testing::bytes_of(header.size(), 8) + header + std::string(data_bytes, '\0');
}

std::string one(const std::string& fields) { return "{\"w\":{" + fields + "}}"; }

struct Attack {
  std::string name, bytes;
  ErrorKind kind;
  std::string text;  // a part of the message
};

}  // namespace

TEST_CASE("safetensors: every type and shape survives writing and reading") {
  WeightFile weights;
  weights.metadata = {{"graft.model", "x"}, {"odd \"key\"", "line\nbreak"}};
  const auto add = [&](const char* name, DType dtype, const Shape& shape) {
    Tensor tensor = Tensor::empty(shape, dtype);
    uint8_t next = 1;
    for (std::byte& byte : raw_bytes(tensor))
      byte = std::byte(dtype == DType::Bool ? next++ & 1 : next++);
    weights.add(name, tensor);
  };
  add("u8", DType::U8, {3});  // odd sizes: the writer has to align what follows
  add("bool", DType::Bool, {5});
  add("f16", DType::F16, {3, 1});
  add("bf16", DType::BF16, {7});
  add("f32", DType::F32, {2, 3, 4});
  add("i32", DType::I32, {1});
  add("f64", DType::F64, {2, 2});
  add("i64", DType::I64, {});
  add("empty", DType::F32, {0, 5});
  add("na\xc3\xafve \"name\"", DType::F32, {1});

  const testing::TempFolder folder;
  write_safetensors(real_file_system(), folder.path() / "w.safetensors", weights);
  const WeightFile back = read_weights(folder.path() / "w.safetensors");
  REQUIRE(back.size() == weights.size());
  CHECK(back.metadata.at("format") == "pt");
  CHECK(back.metadata.at("odd \"key\"") == "line\nbreak");
  for (size_t i = 0; i < weights.size(); ++i) {
    const WeightFile::Entry &a = weights.entries()[i], &b = back.entries()[i];
    CHECK(a.name == b.name);
    CHECK(a.tensor.dtype() == b.tensor.dtype());
    CHECK(a.tensor.shape() == b.tensor.shape());
    CHECK(std::ranges::equal(raw_bytes(a.tensor), raw_bytes(b.tensor)));
  }
}

TEST_CASE("safetensors: a small file by hand") {
  const WeightFile weights = parse(testing::small_safetensors());
  CHECK(weights.find("w")->shape() == Shape{2, 3});
  CHECK(weights.find("w")->data<float>()[5] == 5);
  CHECK(weights.find("n")->item() == 7);
  CHECK(parse(file_of("{}", 0)).size() == 0);
}

TEST_CASE("safetensors: every named attack is refused with its own error") {
  const auto two = [](const char* a, const char* b) {
    return std::string(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)") + a +
           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}";
  };
  const std::string good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  const Attack attacks[] = {
      {"hole", file_of(two("[0,4]", "[5,9]"), 9), ErrorKind::Data, "b: a hole before it"},
      {"does not begin at 0", file_of(two("[1,5]", "[5,9]"), 9), ErrorKind::Data, "a: a hole"},
      {"overlap by one", file_of(two("[0,4]", "[3,7]"), 7), ErrorKind::Data, "b: overlaps"},
      {"same bytes twice", file_of(two("[0,4]", "[0,4]"), 4), ErrorKind::Data, "overlaps"},
      {"bytes after the end", file_of(one(good), 9), ErrorKind::Data, "1 bytes after the last"},
      {"truncated", file_of(one(good), 7), ErrorKind::Data, "the file is truncated"},
      {"backwards", file_of(one(R"("dtype":"U8","shape":[4],"data_offsets":[4,0])"), 4),
       ErrorKind::Data, "run backwards"},
      {"size differs", file_of(one(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), 8),
       ErrorKind::Data, "w: f32 [3] needs 12 bytes, its offsets give 8"},
      {"product of 2^64",
       file_of(one(R"("dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0])"), 0),
       ErrorKind::Data, "overflows"},
      {"product of 2^62 floats",
       file_of(one(R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0])"), 0),
       ErrorKind::Data, "overflows"},
      {"overflow beside a zero",
       file_of(one(R"("dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0])"), 0),
       ErrorKind::Data, "overflows"},
      {"negative extent", file_of(one(R"("dtype":"U8","shape":[-1],"data_offsets":[0,4])"), 4),
       ErrorKind::Data, "w: shape has a wrong type"},
      {"extent 2^64",
       file_of(one(R"("dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,4])"), 4),
       ErrorKind::Data, "w: shape has a wrong type"},
      {"fractional offset", file_of(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4.0])"), 4),
       ErrorKind::Data, "w: data_offsets has a wrong type"},
      {"three offsets", file_of(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4,4])"), 4),
       ErrorKind::Data, "w: data_offsets has a wrong type"},
      {"one offset", file_of(one(R"("dtype":"U8","shape":[4],"data_offsets":[0])"), 4),
       ErrorKind::Data, "w: data_offsets has a wrong type"},
      {"rank 9",
       file_of(one(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1])"), 1),
       ErrorKind::Limit, "w: rank exceeds 8"},
      {"unknown type", file_of(one(R"("dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4])"), 4),
       ErrorKind::Data, "w: dtype F8_E4M3 is not supported"},
      {"missing field", file_of(one(R"("dtype":"U8","shape":[4])"), 4), ErrorKind::Data,
       "w: needs dtype, shape and data_offsets"},
      {"duplicate field", file_of(one(good + R"(,"dtype":"F32")"), 8), ErrorKind::Data,
       "w: duplicate field dtype"},
      {"unknown field", file_of(one(good + R"(,"x":1)"), 8), ErrorKind::Data, "w: unknown field x"},
      {"duplicate name", file_of("{\"w\":{" + good + "},\"w\":{" + good + "}}", 8), ErrorKind::Data,
       "two tensors are named w"},
      {"metadata of numbers", file_of(R"({"__metadata__":{"a":1}})", 0), ErrorKind::Data,
       "metadata: a is not a string"},
      {"nested metadata", file_of(R"({"__metadata__":{"a":{}}})", 0), ErrorKind::Data,
       "metadata: a is not a string"},
      {"metadata twice", file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), ErrorKind::Data,
       "duplicate __metadata__"},
      {"metadata key twice", file_of(R"({"__metadata__":{"a":"","a":""}})", 0), ErrorKind::Data,
       "metadata: duplicate key a"},
      {"tensor that is a number", file_of(R"({"w":1})", 0), ErrorKind::Data, "w: is not an object"},
      {"header of 100,000,001", testing::bytes_of(100'000'001, 8) + "{}", ErrorKind::Limit,
       "header of 100000001 bytes"},
      {"header of 2^63", testing::bytes_of(uint64_t{1} << 63, 8) + "{}", ErrorKind::Limit,
       "header of"},
      {"header longer than the file", testing::bytes_of(99, 8) + "{}", ErrorKind::Data,
       "the file is truncated"},
      {"leading space", file_of(" {}", 0), ErrorKind::Data, "neither safetensors"},
      {"NUL after the header", file_of("{}\0"s, 0), ErrorKind::Data, "NUL"},
      {"UTF-16", file_of("{\0}\0"s, 0), ErrorKind::Data, "NUL"},
      {"invalid UTF-8", file_of("{\"\xff\":1}", 0), ErrorKind::Data, "malformed JSON"},
      {"two documents", file_of("{}{}", 0), ErrorKind::Data, "malformed JSON"},
      {"deep nesting", file_of("{\"a\":" + std::string(1'000'000, '['), 0), ErrorKind::Data,
       "a: is not an object"},
      {"a boolean of 2",
       file_of(one(R"("dtype":"BOOL","shape":[1],"data_offsets":[0,1])"), 0) + "\x02",
       ErrorKind::Data, "a boolean is neither 0 nor 1"},
      {"name with control characters", file_of(R"({"\u001b[31m":1})", 0), ErrorKind::Data,
       "?[31m: is not an object"},
  };
  for (const Attack& attack : attacks) {
    CAPTURE(attack.name);
    try {
      parse(attack.bytes);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == attack.kind);
      const std::string message = error.what();
      CHECK_MESSAGE(message.find(attack.text) != std::string::npos, message);
    }
  }
}

TEST_CASE("safetensors: limits are the caller's") {
  Limits limits;
  limits.safetensors.tensors = 1;
  CHECK_THROWS_WITH_AS(parse(testing::small_safetensors(), limits),
                       "safetensors: more than 1 tensors", Error);
}

}  // namespace graft::transfer
