#include <doctest/doctest.h>

#include <chrono>

#include "graft/core/cpu_allocator.h"
#include "graft/transfer/weights/weight_file.h"
#include "support/torch_file.h"

namespace graft::transfer {
namespace {

using namespace testing;
using std::literals::operator""s;

WeightFile parse(const std::string& bytes, const Limits& limits = {}) {
  SpanSource source(std::as_bytes(std::span(bytes)));
  return read_weights(source, limits);
}

const std::string kFour(16, '\0');  // four floats

std::string four() { return pickle::storage("FloatStorage", "0", 4); }

// An archive with one storage of four floats and a pickle of this body.
std::string with(const std::string& body) {
  return torch_zip(pickle::program(body), {{"0", kFour}});
}

std::string with_tensor(const std::string& code) { return with(pickle::dict({{"w", code}})); }

struct Attack {
  std::string name, bytes;
  ErrorKind kind;
  const char* text;
};

void refuse(std::span<const Attack> attacks) {
  for (const Attack& attack : attacks) {
    CAPTURE(attack.name);
    const size_t live = allocator({}).stats().live;
    const auto start = std::chrono::steady_clock::now();
    try {
      parse(attack.bytes);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == attack.kind);
      const std::string message = error.what();
      CHECK_MESSAGE(message.find(attack.text) != std::string::npos, message);
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
    CHECK(allocator({}).stats().live == live);
  }
}

}  // namespace

TEST_CASE("torch files: both containers give the same tensors") {
  for (const std::string& bytes : {small_torch_zip(), small_torch_legacy()}) {
    const WeightFile weights = parse(bytes);
    REQUIRE(weights.size() == 2);
    CHECK(weights.find("w")->shape() == Shape{2, 3});
    CHECK(weights.find("w")->data<float>()[4] == 4);
    CHECK(weights.find("n")->shape() == Shape{});
    CHECK(weights.find("n")->item() == 7);
  }
}

TEST_CASE("torch files: views are resolved, tied weights stay tied") {
  std::string content(24, '\0');
  for (int i = 0; i < 6; ++i) {
    const float value = static_cast<float>(i);
    std::memcpy(content.data() + 4 * i, &value, 4);
  }
  const std::string storage = pickle::storage("FloatStorage", "0", 6);
  const WeightFile weights = parse(torch_zip(
      pickle::program(pickle::dict({{"whole", pickle::tensor(storage, 0, {2, 3}, {3, 1})},
                                    {"tied", pickle::tensor(storage, 0, {2, 3}, {3, 1})},
                                    {"row", pickle::tensor(storage, 3, {3}, {1})},
                                    {"turned", pickle::tensor(storage, 0, {3, 2}, {1, 3})},
                                    {"spread", pickle::tensor(storage, 5, {4}, {0})},
                                    {"none", pickle::tensor(storage, 6, {0}, {1})}})),
      {{"0", content}}));
  CHECK(weights.find("row")->data<float>()[0] == 3);
  CHECK(weights.find("turned")->data<float>()[1] == 3);
  CHECK(weights.find("spread")->data<float>()[3] == 5);
  CHECK(weights.find("none")->numel() == 0);
  CHECK(weights.find("whole")->raw_data() == weights.find("tied")->raw_data());
}

TEST_CASE("torch files: the state dict is found inside a checkpoint, scalars become metadata") {
  using namespace pickle;
  const std::string weights = dict({{"w", tensor(four(), 0, {4}, {1})}});
  const WeightFile file = parse(with(dict({{"epoch", integer(3)},
                                           {"best", "G" + "\x3f\xf8"s + std::string(6, '\0')},
                                           {"ema", dict({{"x", tensor(four(), 0, {1}, {1})}})},
                                           {"state_dict", weights}})));
  CHECK(file.size() == 1);
  CHECK(file.find("w") != nullptr);
  CHECK(file.metadata.at("epoch") == "3");
  CHECK(file.metadata.at("best") == "1.5");
  CHECK(parse(with(dict({{"own name", weights}}))).size() == 1);

  const std::string parameter = global("torch._utils", "_rebuild_parameter") + "(" +
                                tensor(four(), 0, {4}, {1}) + "\x88" +
                                global("collections", "OrderedDict") + ")RtR";
  const std::string pairs = global("collections", "OrderedDict") + "](](" + text("w") + parameter +
                            "ee\x85R";  // as Python 2 wrote it
  CHECK(parse(with(pairs)).find("w")->numel() == 4);
}

TEST_CASE("torch files: the pickle machine refuses what is no data") {
  using namespace pickle;
  const std::string call = "(" + text("id") + "tR";
  const Attack attacks[] = {
      {"os.system", with(global("os", "system") + call), ErrorKind::Data, "holds os.system"},
      {"eval", with(global("builtins", "eval") + call), ErrorKind::Data, "holds builtins.eval"},
      {"getattr", with(global("__builtin__", "getattr") + call), ErrorKind::Data,
       "holds __builtin__.getattr"},
      {"a name with a dot", with(global("torch", "_utils._rebuild_tensor")), ErrorKind::Data,
       "holds torch."},
      {"STACK_GLOBAL", with(text("os") + text("system") + "\x93" + call), ErrorKind::Data,
       "opcode 147"},
      {"INST", with("(" + text("id") + "ios\nsystem\n"), ErrorKind::Data, "opcode 105"},
      {"OBJ", with("(" + global("torch", "Size") + "o"), ErrorKind::Data, "opcode 111"},
      {"EXT1", with("\x82\x01"), ErrorKind::Data, "opcode 130"},
      {"NEXT_BUFFER", with("\x97"), ErrorKind::Data, "opcode 151"},
      {"LONG4 of 2^31", with("\x8b" + bytes_of(uint64_t{1} << 31, 4)), ErrorKind::Data,
       "opcode 139"},
      {"LONG1 of 255 bytes", with("\x8a\xff"), ErrorKind::Data, "an integer of 255 bytes"},
      {"string of 4 GB", with("X\xff\xff\xff\xff"), ErrorKind::Data, "runs past the end"},
      {"string that is not UTF-8", with("X" + bytes_of(1, 4) + "\xff"), ErrorKind::Data,
       "is not UTF-8"},
      {"endless name", with("c" + std::string(100'000, 'a')), ErrorKind::Data, "too long"},
      {"SETITEM on a tensor", with(tensor(four(), 0, {4}, {1}) + text("k") + text("v") + "s"),
       ErrorKind::Data, "SETITEM on no dictionary"},
      {"SETITEMS with an odd count", with("}(" + text("k") + "u"), ErrorKind::Data,
       "key without value"},
      {"a list as key", with("}]" + text("v") + "s"), ErrorKind::Data,
       "a key is neither string nor number"},
      {"APPEND on a dictionary", with("}Na"), ErrorKind::Data, "APPEND on no list"},
      {"BUILD on a plain dictionary", with("}}b"), ErrorKind::Data, "BUILD on no OrderedDict"},
      {"BUILD on a tensor", with(tensor(four(), 0, {4}, {1}) + "}b"), ErrorKind::Data,
       "BUILD on no OrderedDict"},
      {"REDUCE of a storage class", with(global("torch", "FloatStorage") + ")R"), ErrorKind::Data,
       "torch FloatStorage is not a function"},
      {"REDUCE of a string", with(text("os.system") + ")R"), ErrorKind::Data,
       "REDUCE of no function"},
      {"stack underflow", with("s"), ErrorKind::Data, "stack underflow"},
      {"operands under a mark", with("N(\x85"), ErrorKind::Data, "stack underflow"},
      {"no mark", with("t"), ErrorKind::Data, "no mark"},
      {"unknown memo", with("h\x05"), ErrorKind::Data, "memo has no 5"},
      {"values left", with("NN"), ErrorKind::Data, "STOP leaves values"},
      {"no STOP", torch_zip("\x80\x02N", {}), ErrorKind::Data, "truncated"},
      {"protocol 4", torch_zip("\x80\x04N.", {}), ErrorKind::Data, "not protocol 2"},
      {"bytes after STOP", torch_zip("\x80\x02}.N", {}), ErrorKind::Data,
       "bytes after the end of data.pkl"},
      {"10^6 marks", with(std::string(1'000'000, '(')), ErrorKind::Limit, "more than 10000 marks"},
      {"10^6 values", with(std::string(1'000'000, 'N')), ErrorKind::Limit,
       "more than 10000 values on the stack"},
      {"a whole model", with(global("my.net", "Net") + ")\x81}b"), ErrorKind::Data,
       "the file holds my.net.Net, which is not loaded; save only the weights"},
      {"NEWOBJ of what is known", with(global("torch", "Size") + ")\x81"), ErrorKind::Data,
       "NEWOBJ of no class"},
      {"NEWOBJ without arguments", with(global("my", "Net") + "]\x81"), ErrorKind::Data,
       "NEWOBJ of no class"},
      {"REDUCE of an unknown class without a tuple", with(global("my", "Net") + "]R"),
       ErrorKind::Data, "REDUCE of no function"},
      {"an unknown class as key", with("}" + global("my", "Key") + "Ns"), ErrorKind::Data,
       "a key is neither string nor number"},
      {"a name with control characters", with(global("my", "N\x1b[31m") + ")R"), ErrorKind::Data,
       "holds my.N?[31m,"},
      {"an unknown class among the weights",
       with(dict({{"w", tensor(four(), 0, {4}, {1})}, {"a", global("my", "Net")}})),
       ErrorKind::Data, "among the weights the file holds my.Net, which is not loaded"},
      {"an unknown class deep among the weights",
       with(dict(
           {{"model", dict({{"w", tensor(four(), 0, {4}, {1})},
                            {"a", "](" + dict({{"b", global("my", "Net") + ")R"}}) + "e"}})}})),
       ErrorKind::Data, "among the weights the file holds my.Net"},
      {"a tensor rebuilt by an unknown function",
       with_tensor(global("torch._utils", "_rebuild_qtensor") + "(" + four() + "tR"),
       ErrorKind::Data, "no dictionary of tensors"},
      {"a tensor of an unknown value",
       with_tensor(tensor(global("os", "system") + "(" + text("id") + "tR", 0, {4}, {1})),
       ErrorKind::Data, "a tensor's storage is a os.system, which is not loaded"},
      {"no dictionary", with("N"), ErrorKind::Data, "no dictionary of tensors"},
      {"no tensors", with(dict({{"lr", integer(1)}, {"model", "N"}})), ErrorKind::Data,
       "its keys are: lr, model"},
      {"one name twice",
       with(dict({{"w", tensor(four(), 0, {4}, {1})}, {"w", tensor(four(), 0, {4}, {1})}})),
       ErrorKind::Data, "two tensors are named w"},
  };
  refuse(attacks);
}

TEST_CASE("torch files: unknown classes beside the weights are opaque and do no harm") {
  using namespace pickle;
  const std::string weights = dict({{"w", tensor(four(), 0, {4}, {1})}});
  const std::string state = dict({{"lr", integer(1)}, {"sub", global("my", "Sub") + ")\x81"}});
  const WeightFile file = parse(
      with(dict({{"args", global("argparse", "Namespace") + ")\x81" + state + "b"},
                 {"set", global("__builtin__", "set") + "]" + integer(1) + "a\x85R"},
                 {"map", global("collections", "defaultdict") + global("__builtin__", "list") +
                             "\x85R" + text("k") + integer(1) + "s"},
                 {"list", global("my", "List") + ")\x81" + integer(1) + "a(" + integer(2) + "e"},
                 {"call", global("os", "system") + "(" + text("id") + "tR"},
                 {"epoch", integer(3)},
                 {"model", weights}})));
  CHECK(file.size() == 1);
  CHECK(file.find("w") != nullptr);
  CHECK(file.metadata == std::map<std::string, std::string>{{"epoch", "3"}});
  CHECK(file.notes.empty());
}

TEST_CASE("torch files: of two state dicts a note says which was taken") {
  using namespace pickle;
  const std::string weights = dict({{"w", tensor(four(), 0, {4}, {1})}}),
                    average = dict({{"x", tensor(four(), 0, {1}, {1})}});
  const WeightFile file = parse(with(dict({{"model_ema", average}, {"model", weights}})));
  CHECK(file.find("w") != nullptr);
  CHECK(file.notes == std::vector<std::string>{"weights under 'model' taken, of model_ema, model"});
}

TEST_CASE("torch files: a memo bomb is data of its own size") {
  std::string body = "]";
  for (int level = 0; level < 200; ++level) {  // 2^200 elements if it were expanded
    const std::string slot(1, static_cast<char>(level));
    body += "q" + slot + "](h" + slot + "h" + slot + "e";
    body += "\x86"s.substr(1);
  }
  const std::string bytes = with("}" + pickle::text("k") + "]" + "s");
  CHECK_THROWS_AS(parse(bytes), Error);  // no tensors in it
  CHECK_THROWS_AS(parse(with(body)), Error);
}

TEST_CASE("torch files: every number of a tensor is held against its storage") {
  using namespace pickle;
  constexpr int64_t kHuge = int64_t{1} << 62;
  const auto persistent = [](const std::string& id) { return with_tensor(id + "Q"); };
  const std::string type = global("torch", "FloatStorage");
  const Attack attacks[] = {
      {"beyond the storage", with_tensor(tensor(four(), 0, {5}, {1})), ErrorKind::Data,
       "reaches beyond its storage of 4 elements"},
      {"offset beyond", with_tensor(tensor(four(), 4, {1}, {1})), ErrorKind::Data,
       "reaches beyond"},
      {"empty, offset beyond", with_tensor(tensor(four(), 5, {0}, {1})), ErrorKind::Data,
       "reaches beyond"},
      {"stride beyond", with_tensor(tensor(four(), 0, {2, 2}, {3, 1})), ErrorKind::Data,
       "reaches beyond"},
      {"negative stride", with_tensor(tensor(four(), 3, {4}, {-1})), ErrorKind::Data,
       "stride is negative"},
      {"negative extent", with_tensor(tensor(four(), 0, {-4}, {1})), ErrorKind::Data,
       "shape is negative"},
      {"negative offset", with_tensor(tensor(four(), -1, {1}, {1})), ErrorKind::Data,
       "offset is negative"},
      {"huge stride", with_tensor(tensor(four(), 0, {5}, {kHuge})), ErrorKind::Data, "overflows"},
      {"huge offset", with_tensor(tensor(four(), INT64_MAX, {2}, {1})), ErrorKind::Data,
       "overflows"},
      {"huge product", with_tensor(tensor(four(), 0, {kHuge, 8}, {0, 0})), ErrorKind::Data,
       "overflows"},
      {"expanded to 4 TB", with_tensor(tensor(four(), 0, {int64_t{1} << 40}, {0})),
       ErrorKind::Limit, "more than four times the file"},
      {"rank 9",
       with_tensor(tensor(four(), 0, std::vector<int64_t>(9, 1), std::vector<int64_t>(9, 1))),
       ErrorKind::Limit, "has 9 axes"},
      {"ranks differ", with_tensor(tensor(four(), 0, {2, 2}, {1})), ErrorKind::Data,
       "shape [2, 2] with strides [1]"},
      {"numel against record", with_tensor(tensor(storage("FloatStorage", "0", 5), 0, {4}, {1})),
       ErrorKind::Data, "5 elements of f32 need 20 bytes, its record has 16"},
      {"type against record", with_tensor(tensor(storage("DoubleStorage", "0", 4), 0, {4}, {1})),
       ErrorKind::Data, "need 32 bytes"},
      {"negative numel", with_tensor(tensor(storage("FloatStorage", "0", -1), 0, {0}, {1})),
       ErrorKind::Data, "size is negative"},
      {"numel of 2^62", with_tensor(tensor(storage("FloatStorage", "0", kHuge), 0, {1}, {1})),
       ErrorKind::Data, "size overflows"},
      {"one storage of two types",
       with_tensor(tensor(four(), 0, {4}, {1}) + text("v") +
                   tensor(storage("IntStorage", "0", 4), 0, {4}, {1})),
       ErrorKind::Data, "described in two ways"},
      {"a flag that is no flag",
       with_tensor(global("torch._utils", "_rebuild_tensor_v2") + "(" + four() + integer(0) +
                   tuple({4}) + tuple({1}) + "NNtR"),
       ErrorKind::Data, "requires_grad or hooks"},
      {"storage without record", with_tensor(tensor(storage("FloatStorage", "1", 4), 0, {4}, {1})),
       ErrorKind::Data, "entry a/data/1 is missing"},
      {"storage key as a path",
       with_tensor(tensor(storage("FloatStorage", "../version", 4), 0, {4}, {1})), ErrorKind::Data,
       "is missing"},
      {"storage type without a type of ours",
       with_tensor(tensor(storage("ComplexFloatStorage", "0", 2), 0, {2}, {1})), ErrorKind::Data,
       "a storage's class is a torch.ComplexFloatStorage, which is not loaded"},
      {"a tensor of a string", with_tensor(tensor(text("0"), 0, {4}, {1})), ErrorKind::Data,
       "a tensor's storage has a wrong type"},
      {"foreign persistent id", persistent(text("/etc/passwd")), ErrorKind::Data,
       "a persistent id has a wrong type"},
      {"persistent module",
       persistent("(" + text("module") + type + text("0") + text("cpu") + integer(4) + "t"),
       ErrorKind::Data, "no storage"},
      {"view of a storage",
       persistent("(" + text("storage") + type + text("0") + text("cpu") + integer(4) + ")t"),
       ErrorKind::Data, "a persistent id has 6 parts"},
      {"bool of 2",
       torch_zip(program(dict({{"w", tensor(storage("BoolStorage", "0", 1), 0, {1}, {1})}})),
                 {{"0", "\x02"}}),
       ErrorKind::Data, "a boolean is neither 0 nor 1"},
  };
  refuse(attacks);
}

TEST_CASE("torch files: the zip reader refuses what two readers could read differently") {
  const std::string object =
      pickle::program(pickle::dict({{"w", pickle::tensor(four(), 0, {4}, {1})}}));
  const auto quirk = [&](auto change) {
    ZipQuirks quirks;
    change(quirks);
    return torch_zip(object, {{"0", kFour}}, quirks);
  };
  const auto patched = [&](const std::string& from, const std::string& to, bool last) {
    std::string bytes = quirk([](ZipQuirks& q) { q.zip64 = false; });
    const size_t at = last ? bytes.rfind(from) : bytes.find(from);
    return bytes.replace(at, to.size(), to);
  };
  const std::string end = "PK\x05\x06";
  const Attack attacks[] = {
      {"junk before", quirk([](ZipQuirks& q) { q.before = "PK\x03\x04junk"; }), ErrorKind::Data,
       "zip: unknown bytes before entry"},
      {"junk after", quirk([](ZipQuirks& q) { q.after = "x"; }), ErrorKind::Data,
       "no end record at the end"},
      {"deflated", quirk([](ZipQuirks& q) { q.method = 8; }), ErrorKind::Data,
       "is compressed (method 8); load the file in PyTorch"},
      {"encrypted", quirk([](ZipQuirks& q) { q.flags = 0x809; }), ErrorKind::Data, "is encrypted"},
      {"strong encryption", quirk([](ZipQuirks& q) { q.flags = 0x848; }), ErrorKind::Data,
       "flags 2120 are not supported"},
      {"names differ", quirk([](ZipQuirks& q) { q.local_name = "b/data.pkl"; }), ErrorKind::Data,
       "contradict each other"},
      {"name lengths differ", quirk([](ZipQuirks& q) { q.local_name = "a/data.pklx"; }),
       ErrorKind::Data, "does not fit"},
      {"checksum", quirk([](ZipQuirks& q) { q.crc_xor = 1; }), ErrorKind::Data,
       "the checksum differs"},
      {"duplicate names", zip({{"a/data.pkl", object}, {"a/data.pkl", object}}), ErrorKind::Data,
       "two entries are named"},
      {"folder", zip({{"a/", ""}}), ErrorKind::Data, "is a folder"},
      {"mark that is not UTF-8",
       zip({{"a/data.pkl", object}, {"a/version", "3"}, {"a/.data/serialization_id", "\xff"}}),
       ErrorKind::Data, "is not UTF-8"},
      {"parent folder", zip({{"a/../data.pkl", object}}), ErrorKind::Data, "not a plain relative"},
      {"absolute name", zip({{"/a/data.pkl", object}}), ErrorKind::Data, "not a plain relative"},
      {"backslash", zip({{"a\\data.pkl", object}}), ErrorKind::Data, "not a plain relative"},
      {"NUL in a name", zip({{"a/data.pkl\0x"s, object}}), ErrorKind::Data, "not a plain relative"},
      {"empty archive", "PK\x05\x06" + std::string(18, '\0'), ErrorKind::Data, "empty zip"},
      {"several folders", zip({{"a/data.pkl", object}, {"b/version", "3"}}), ErrorKind::Data,
       "not in one folder"},
      {"no data.pkl", zip({{"a/version", "3"}}), ErrorKind::Data, "a/data.pkl is missing"},
      {"no version", zip({{"a/data.pkl", object}}), ErrorKind::Data, "a/version is missing"},
      {"big endian", zip({{"a/data.pkl", object}, {"a/byteorder", "big"}, {"a/version", "3"}}),
       ErrorKind::Data, "big-endian"},
      {"TorchScript", zip({{"a/data.pkl", object}, {"a/constants.pkl", ""}, {"a/version", "3"}}),
       ErrorKind::Data, "a TorchScript archive"},
      {"TorchScript with compressed code",
       zip({{"a/code/__torch__/m.py", "x"}, {"a/data.pkl", object}},
           [] {
             ZipQuirks quirks;
             quirks.method = 8;
             return quirks;
           }()),
       ErrorKind::Data, "TorchScript archive; save its weights alone: torch.save(torch.jit.load("},
      {"more entries than the directory",
       patched(end + std::string(4, '\0') + "\x04\0\x04\0"s,
               end + std::string(4, '\0') + "\xff\x7f\xff\x7f", true),
       ErrorKind::Data, "more entries than the directory holds"},
      {"fewer entries than the directory",
       patched(end + std::string(4, '\0') + "\x04\0\x04\0"s,
               end + std::string(4, '\0') + "\x03\0\x03\0"s, true),
       ErrorKind::Data, "more than its entries"},
      {"second disk", patched(end, end + "\x01", true), ErrorKind::Data, "several disks"},
      {"cut short", small_torch_zip().substr(0, 500), ErrorKind::Data, "truncated"},
      {"7z", "7z\xbc\xaf\x27\x1c", ErrorKind::Data, "7z archive"},
      {"gzip", "\x1f\x8b\x08", ErrorKind::Data, "gzip"},
      {"tar", std::string(257, 'a') + "ustar" + std::string(300, '\0'), ErrorKind::Data,
       "a tar archive"},
      {"nothing", "", ErrorKind::Data, "the file is empty"},
      {"LFS pointer", "version https://git-lfs.github.com/spec/v1\n", ErrorKind::Data,
       "git lfs pull"},
      {"HTML", "<!DOCTYPE html>", ErrorKind::Data, "HTML"},
  };
  refuse(attacks);
}

TEST_CASE("torch files: zip64 lies and overlapping entries") {
  std::string good = small_torch_zip();
  const size_t record = good.rfind("PK\x06\x06");
  const auto lie = [&](size_t at, uint64_t value, const char* text) {
    std::string bytes = good;
    bytes.replace(record + at, 8, bytes_of(value, 8));
    const Attack attack[] = {{"zip64", bytes, ErrorKind::Data, text}};
    refuse(attack);
  };
  lie(32, 3, "contradict");
  lie(40, 1, "contradict");
  lie(48, uint64_t{1} << 63, "contradict");
  lie(4, uint64_t{1} << 63, "malformed zip64");

  const size_t directory = good.find("PK\x01\x02");  // point the second entry at the first
  const size_t second = good.find("PK\x01\x02", directory + 4);
  good.replace(second + 42, 4, bytes_of(0, 4));
  const Attack attack[] = {{"overlap", good, ErrorKind::Data, "zip: entry a/byteorder"}};
  refuse(attack);
}

TEST_CASE("torch files: the older stream's lists and counts are checked") {
  using namespace pickle;
  const std::string object =
      program(dict({{"w", tensor(storage("FloatStorage", "0", 4, "N"), 0, {4}, {1})}}));
  const Attack attacks[] = {
      {"count", torch_legacy(object, {{"0", 5, kFour}}), ErrorKind::Data,
       "5 elements in the file, 4 in its object"},
      {"negative count", torch_legacy(object, {{"0", -1, kFour}}), ErrorKind::Data,
       "-1 elements in the file"},
      {"view of a storage",
       torch_legacy(
           program(dict({{"w", tensor(storage("FloatStorage", "0", 4, ")"), 0, {4}, {1})}})),
           {{"0", 4, kFour}}),
       ErrorKind::Data, "a view of a storage has a wrong type"},
      {"unknown key", torch_legacy(object, {{"9", 4, kFour}}), ErrorKind::Data,
       "unknown or listed twice"},
      {"a storage too many", torch_legacy(object, {{"0", 4, kFour}, {"0", 4, kFour}}),
       ErrorKind::Data, "2 storages in the file, 1 in its object"},
      {"no storages", torch_legacy(object, {}), ErrorKind::Data, "0 storages in the file"},
      {"truncated", torch_legacy(object, {{"0", 4, kFour.substr(1)}}), ErrorKind::Data,
       "the file is truncated"},
      {"bytes after", torch_legacy(object, {{"0", 4, kFour + "x"}}), ErrorKind::Data,
       "1 bytes after the last storage"},
      {"a storage's name as in a zip",
       torch_legacy(program(dict({{"w", tensor(four(), 0, {4}, {1})}})), {{"0", 4, kFour}}),
       ErrorKind::Data, "a persistent id has 5 parts"},
      {"os.system", torch_legacy(program(global("os", "system") + ")R"), {}), ErrorKind::Data,
       "holds os.system"},
  };
  refuse(attacks);
  std::string big_endian = small_torch_legacy();
  big_endian[big_endian.find('\x88')] = '\x89';
  CHECK_THROWS_WITH_AS(parse(big_endian),
                       "pytorch: the file was not written on a little-endian machine", Error);
}

}  // namespace graft::transfer
