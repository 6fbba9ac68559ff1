// The command's --precision on a device that computes in half types.
#include <doctest/doctest.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include "cuda_emulator/emulated_device.h"
#include "graft/core/autocast.h"
#include "graft/core/limits.h"
#include "graft/tools/cli/command_line.h"
#include "graft/tools/cli/commands.h"
#include "graft/transfer/json/json.h"
#include "support/captured_stderr.h"
#include "support/files.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

using testing::TempFolder;
using transfer::Json;

struct Outcome {
  int code;
  std::string out, err;
};

// In this process: the device exists in no other.
Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "graft");
  words.insert(words.end(), {"--device", "cuda", "--json"});
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  CommandLine command_line;
  command_line.add<TuneOptions>("tune", "Fine-tune", run_tune);
  command_line.add<EvalOptions>("eval", "Evaluate", run_eval);
  command_line.add<PredictOptions>("predict", "Predict", run_predict);
  command_line.add<FeaturesOptions>("features", "Features", run_features);
  command_line.add<BenchOptions>("bench", "Bench", run_bench);
  std::ostringstream out;
  std::streambuf* const outer = std::cout.rdbuf(out.rdbuf());
  testing::CapturedStderr captured;
  const int code = command_line.run(static_cast<int>(argv.size()), argv.data());
  std::cout.rdbuf(outer);
  return {code, out.str(), captured.text()};
}

Json parsed(const std::string& text) { return transfer::read_json(text, Limits().json, "output"); }

double number(const Json& json, const char* name) { return json.at(name).as_number(name); }

}  // namespace

TEST_CASE("command: --precision trains and measures in it, and says so in every record") {
  testing::emulated_device();
  const TempFolder folder;
  const std::string root = folder.path().string(), data = root + "/data/images-idx3-ubyte";
  testing::write_idx(root + "/data", 20);
  const auto tune = [&](const std::string& precision, std::vector<std::string> more = {}) {
    std::vector<std::string> words{
        "tune", data,    "--scratch",   "--model",     "mnist_cnn", "--batch",
        "8",    "--lr",  "0.02",        "--epochs",    "1",         "--threads",
        "1",    "--out", root + "/run", "--precision", precision};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  const Outcome tuned = tune("f16");
  INFO(tuned.err);
  REQUIRE(tuned.code == 0);
  CHECK_FALSE(AutocastScope::current());
  const Json result = parsed(tuned.out);
  CHECK(result.at("precision").as_string("precision") == "f16");
  CHECK(parsed(testing::read_text(root + "/run/run.json")).at("precision").as_string("p") == "f16");
  const std::string metrics = testing::read_text(root + "/run/metrics.jsonl");
  const Json epoch = parsed(metrics.substr(0, metrics.find('\n')));
  CHECK(epoch.at("skipped_steps").as_integer("skipped") ==
        result.at("skipped_steps").as_integer("skipped"));
  CHECK(number(epoch, "loss_scale") >= 1);
  CHECK(testing::read_text(root + "/run/report.html").find("<p>Trained in f16. Steps skipped") !=
        std::string::npos);

  CHECK(tune("bf16", {"--resume"}).err.find("precision was \"f16\", is now \"bf16\"") !=
        std::string::npos);

  std::vector<double> losses;
  for (const char* precision : {"f32", "bf16"}) {
    const Outcome eval = run({"eval", data, "--run", root + "/run", "--precision", precision});
    REQUIRE(eval.code == 0);
    losses.push_back(number(parsed(eval.out), "loss"));
    const std::string array = root + "/" + precision + ".npy";
    CHECK(run({"features", data, "--run", root + "/run", "--out", array, "--precision", precision})
              .code == 0);
  }
  CHECK(losses[0] != losses[1]);
  CHECK(losses[1] == doctest::Approx(losses[0]).epsilon(0.03));
  const auto full = testing::read_bytes(root + "/f32.npy");
  const auto mixed = testing::read_bytes(root + "/bf16.npy");
  CHECK(full.size() == mixed.size());  // f32 both
  CHECK(full != mixed);
}

TEST_CASE("command: bench says in which precision it measured, and compares only equal ones") {
  testing::emulated_device();
  const TempFolder folder;
  const auto bench = [&](const std::string& precision, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"bench", "--model=mnist_cnn", "--batch=2",   "--classes",
                                   "3",     "--seconds=0",       "--precision", precision};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  const Outcome half = bench("bf16");
  REQUIRE(half.code == 0);
  CHECK(parsed(half.out).at("precision").as_string("precision") == "bf16");
  testing::write_text(folder.path() / "base.json", half.out);
  const Outcome full = bench("f32", {"--compare", (folder.path() / "base.json").string()});
  CHECK(full.code == 2);
  CHECK(full.err.find("the base has another precision: \"bf16\", not \"f32\"") !=
        std::string::npos);
}

}  // namespace graft::cli
