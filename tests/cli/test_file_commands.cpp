// graft info and graft audit on files that the test writes.
#include <doctest/doctest.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "graft/core/io/file_system.h"
#include "graft/tools/cli/commands.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/weights/safetensors.h"
#include "support/captured_stderr.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

class CapturedStdout {
 public:
  CapturedStdout() : saved_(std::cout.rdbuf(text_.rdbuf())) {}
  ~CapturedStdout() { std::cout.rdbuf(saved_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* saved_;
};

std::string write_two_tensors(const std::filesystem::path& path, float weight) {
  transfer::WeightFile file;
  file.add("fc.weight", Tensor::from(std::vector<float>{weight, 2, 3, 4, 5, 6}, {2, 3}));
  file.add("fc.bias", Tensor::from(std::vector<double>{0.5}, {1}));
  file.metadata["note"] = "colour \x1b[31m";
  write_safetensors(real_file_system(), path, file);
  return path.string();
}

}  // namespace

TEST_CASE("info: text and JSON of a weight file") {
  const testing::TempFolder folder;
  const std::string path = write_two_tensors(folder.path() / "w.safetensors", 1);
  CommonOptions common;
  {
    const CapturedStdout captured;
    CHECK(run_info({path}, common) == 0);
    const std::string text = captured.text();
    CHECK(text.find("format    safetensors\ntensors   2, 7 values, 32 bytes\n") !=
          std::string::npos);
    CHECK(text.find("fc.weight                                f32  [2, 3]\n") != std::string::npos);
    CHECK(text.find("metadata  note = colour ?[31m\n") != std::string::npos);
  }
  common.json = true;
  const CapturedStdout captured;
  CHECK(run_info({path}, common) == 0);
  const transfer::Json json = transfer::read_json(captured.text(), Limits().json, "info");
  CHECK(json.at("format").as_string("format") == "safetensors");
  CHECK(json.at("values").as_integer("values") == 7);
  CHECK(json.at("bytes").as_integer("bytes") == 32);
  const transfer::Json& last = json.at("tensors").as_array("tensors").at(1);
  CHECK(last.at("name").as_string("name") == "fc.bias");
  CHECK(last.at("dtype").as_string("dtype") == "f64");
  CHECK(json.at("metadata").at("note").as_string("note") == "colour \x1b[31m");
}

TEST_CASE("info: a missing file is an Io error, another format a Data error") {
  const testing::TempFolder folder;
  const CommonOptions common;
  try {
    run_info({(folder.path() / "absent.pth").string()}, common);
    FAIL("read a file that does not exist");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Io);
  }
  const auto text = folder.path() / "notes.txt";
  write_file_atomically(real_file_system(), text, "hello");
  try {
    run_info({text.string()}, common);
    FAIL("took text for weights");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Data);
    CHECK(std::string(error.what()).starts_with(text.string() + ": "));
  }
}

TEST_CASE("audit: names what changed") {
  const testing::TempFolder folder;
  const std::string before = write_two_tensors(folder.path() / "before.safetensors", 1),
                    after = write_two_tensors(folder.path() / "after.safetensors", -1);
  CommonOptions common;
  {
    const CapturedStdout captured;
    CHECK(run_audit({before, after}, common) == 0);
    CHECK(captured.text() == "equal        fc.bias\nchanged      fc.weight\n1 equal, 1 changed\n");
  }
  common.json = true;
  const CapturedStdout captured;
  CHECK(run_audit({before, after}, common) == 0);
  const transfer::Json json = transfer::read_json(captured.text(), Limits().json, "audit");
  CHECK(json.at("changed").as_array("changed").size() == 1);
  CHECK(json.at("equal").as_array("equal").at(0).as_string("equal") == "fc.bias");
  CHECK(json.at("only_before").as_array("only_before").empty());
}

TEST_CASE("audit: --exit-code tells a script that something changed") {
  const testing::TempFolder folder;
  const std::string before = write_two_tensors(folder.path() / "before.safetensors", 1),
                    after = write_two_tensors(folder.path() / "after.safetensors", -1);
  CommonOptions common;
  AuditOptions options{before, after, true, "", ""};
  const CapturedStdout captured;
  {
    testing::CapturedStderr errors;
    CHECK(run_audit(options, common) == 9);
    CHECK(errors.text() == "graft: audit: 1 tensor is not equal in both files: fc.weight\n");
  }
  options.after = before;
  CHECK(run_audit(options, common) == 0);

  const transfer::WeightFile plain = transfer::read_weights(before);
  transfer::WeightFile wrapped;  // as DataParallel saves it
  for (const auto& [name, tensor] : plain.entries()) wrapped.add("module." + name, tensor);
  options.after = (folder.path() / "wrapped.safetensors").string();
  transfer::write_weights(options.after, wrapped);
  const auto printed = [&] {
    const CapturedStdout inner;
    CHECK(run_audit(options, common) == 0);
    return inner.text();
  };
  const std::string note = "note         " + options.after + ": prefix \"module.\" stripped\n";
  CHECK(printed().starts_with(note));
  std::swap(options.before, options.after);
  CHECK(printed().starts_with(note));
  common.json = true;
  const transfer::Json json = transfer::read_json(printed(), Limits().json, "audit");
  CHECK(json.at("notes").as_array("notes").at(0).as_string("note") ==
        options.before + ": prefix \"module.\" stripped");
}

TEST_CASE("audit: --frozen demands equality of a part, in the words of --freeze") {
  const testing::TempFolder folder;
  const std::string before = (folder.path() / "before.safetensors").string(),
                    after = (folder.path() / "after.safetensors").string();
  testing::write_model(before, "mnist_cnn", 10);
  transfer::WeightFile tuned = transfer::read_weights(before), changed;
  changed.metadata = tuned.metadata;
  for (const auto& [name, tensor] : tuned.entries())
    changed.add(name, name.starts_with("conv2.") ? tensor.clone().fill_(2) : tensor);
  transfer::write_weights(after, changed);
  CommonOptions common;
  common.json = true;
  const CapturedStdout captured;
  testing::CapturedStderr errors;
  const auto audit = [&](const std::string& frozen) {
    return run_audit({before, after, true, frozen, ""}, common);
  };
  CHECK(audit("conv1") == 0);
  CHECK(audit("conv2") == 9);
  CHECK(audit("trunk") == 9);
  CHECK(audit("conv1.weight,fc2") == 0);
  CHECK(audit("*.bias") == 9);
  transfer::WeightFile wrapped, renamed, old;
  wrapped.metadata = old.metadata = tuned.metadata;
  for (const auto& [name, tensor] : tuned.entries()) {
    wrapped.add("module." + name, tensor);
    renamed.add("other." + name, tensor);
    if (!name.ends_with("num_batches_tracked")) old.add(name, tensor);
  }
  transfer::write_weights(before, old);  // as PyTorch wrote it before there were counters
  CHECK(audit("conv1,norm1") == 0);
  transfer::write_weights(after, old);
  CHECK(audit("trunk") == 0);
  // A wrapper's prefix is stripped as loading does it; under other names nothing is proven.
  transfer::write_weights(after, wrapped);
  CHECK(audit("conv1") == 0);
  transfer::write_weights(before, wrapped);
  CHECK(audit("conv1") == 0);
  transfer::write_weights(after, changed);
  CHECK(audit("conv1") == 0);
  CHECK(audit("conv2") == 9);
  transfer::write_weights(before, renamed);
  CHECK(audit("conv1") == 9);
  CHECK(
      testing::error_text([&] { audit("conv9"); }).starts_with("freeze: 'conv9' matches nothing"));
}

}  // namespace graft::cli
