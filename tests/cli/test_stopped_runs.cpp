// graft tune stopped by signals at any moment, and gone on with.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "graft/core/limits.h"
#include "graft/transfer/json/json.h"
#include "support/formula.h"
#include "support/program.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::graft_command;
using testing::Program;
using testing::ProgramResult;
using testing::TempFolder;
using Words = std::vector<std::string>;

// The same run to several folders of one place.
class Runs {
 public:
  explicit Runs(int epochs) : epochs_(epochs) { testing::write_idx(root() / "data", 30); }
  const fs::path& root() const { return folder_.path(); }

  Words words(const std::string& out, const Words& more = {}) const {
    Words all{"tune",      "data/images-idx3-ubyte",
              "--scratch", "--model",
              "mnist_cnn", "--batch",
              "8",         "--lr",
              "0.05",      "--augment",
              "pad-crop",  "--optimizer",
              "adamw",     "--threads",
              "1",         "--save-every",
              "2",         "--device",
              "cpu",       "--out",
              out};
    if (std::find(more.begin(), more.end(), "--epochs") == more.end())
      all.insert(all.end(), {"--epochs", std::to_string(epochs_)});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ProgramResult run(const std::string& out, const Words& more = {}) const {
    return graft_command(words(out, more), {.folder = root()});
  }
  std::vector<std::byte> model(const std::string& out) const {
    return testing::read_bytes(root() / out / "model.safetensors");
  }
  // metrics.jsonl without its times.
  std::vector<std::string> metrics(const std::string& out) const {
    std::vector<std::string> lines;
    std::ifstream in(root() / out / "metrics.jsonl");
    for (std::string line; std::getline(in, line);) {
      transfer::Json json = transfer::read_json(line, Limits().json, "metrics.jsonl");
      for (const char* name : {"seconds", "seconds_features", "out", "cache", "steps"})
        if (json.find(name)) json.set(name, 0);
      lines.push_back(transfer::write_json(json));
    }
    return lines;
  }
  void wait_for_checkpoint(const std::string& out, Program& program) const {
    for (int i = 0; i < 3000 && program.running(); ++i) {
      if (fs::exists(root() / out / "ckpt/latest")) return;
      std::this_thread::sleep_for(5ms);
    }
  }
  void check_same(const std::string& a, const std::string& b) const {
    CHECK(model(a) == model(b));
    CHECK(metrics(a) == metrics(b));
  }

 private:
  TempFolder folder_;
  int epochs_;
};

}  // namespace

TEST_CASE("command: SIGINT and SIGTERM save a checkpoint, and --resume ends with equal bits") {
  const Runs runs(12);
  REQUIRE(runs.run("whole").code == 0);
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
    CAPTURE(code);
    const std::string out = "stopped" + std::to_string(code);
    Program program(runs.words(out), {.folder = runs.root()});
    runs.wait_for_checkpoint(out, program);
    program.signal(signal);
    const ProgramResult stopped = program.wait();
    INFO(stopped.err);
    REQUIRE(stopped.code == code);
    CHECK(stopped.out.empty());
    CHECK(stopped.err.find("`graft tune ... --resume` goes on from here") != std::string::npos);
    CHECK_FALSE(fs::exists(runs.root() / out / "model.safetensors"));
    const ProgramResult resumed = runs.run(out, {"--resume"});
    CHECK(resumed.code == 0);
    CHECK(resumed.err.find("resumed at epoch ") != std::string::npos);
    runs.check_same(out, "whole");
  }
}

TEST_CASE("command: killed at random moments, and --resume ends with equal bits") {
  const Runs runs(8);
  REQUIRE(runs.run("whole").code == 0);
  int killed = 0;
  for (uint64_t life = 0; life < 8; ++life) {
    Program program(runs.words("killed", {"--resume"}), {.folder = runs.root()});
    std::this_thread::sleep_for(20ms + 1ms * (testing::formula_bits("kill", life) % 200));
    program.signal(SIGKILL);
    const int code = program.wait().code;
    CHECK((code == 128 + SIGKILL || code == 0));
    killed += code != 0;
  }
  CHECK(killed > 0);
  CHECK(runs.run("killed", {"--resume"}).code == 0);
  runs.check_same("killed", "whole");
  // Once more when all is done: the same result again, and no line twice.
  CHECK(runs.run("killed", {"--resume"}).code == 0);
  runs.check_same("killed", "whole");
}

TEST_CASE("command: --resume goes on with the same run only, a new run starts clean") {
  const Runs runs(1);
  REQUIRE(runs.run("run", {"--seed", "1"}).code == 0);
  const auto refused = [&](const Words& more, const std::string& text) {
    const ProgramResult result = runs.run("run", more);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.find("tune: --resume: run holds another run: " + text +
                          "; give the same settings, or replace it with --overwrite") !=
          std::string::npos);
  };
  const auto before = runs.model("run");
  refused({"--resume", "--seed", "1", "--epochs", "9"},
          "epochs was 1, is now 9 (the learning rate's schedule runs over all of them)");
  refused({"--resume", "--seed", "2"}, "seed was 1, is now 2");
  refused({"--resume", "--seed", "1", "--freeze", "conv1"}, "freeze was \"\", is now \"conv1\"");
  refused({"--resume", "--seed", "1", "--patience", "3"}, "patience was 0, is now 3");
  refused({"--resume", "--seed", "1", "--deterministic", "exact"}, "exact was false, is now true");
  refused({"--resume", "--seed", "1", "--frozen-precision", "bf16"},
          "frozen_precision was \"f32\", is now \"bf16\"");
  refused({"--resume", "--seed", "1", "--keep-activations", "bf16"},
          "kept_activations was \"f32\", is now \"bf16\"");
  CHECK(runs.model("run") == before);
  // What changes no bit may differ.
  CHECK(runs.run("run", {"--resume", "--seed", "1", "--workers", "2", "--cache", "off"}).code == 0);
  CHECK(runs.model("run") == before);
}

TEST_CASE("command: --resume on a run that is complete says so and changes nothing") {
  const Runs runs(1);
  const ProgramResult first = runs.run("run", {"--json"});
  REQUIRE(first.code == 0);
  const auto written = [&] {
    std::vector<fs::file_time_type> times;
    for (const char* name : {"model.safetensors", "metrics.jsonl", "run.json", "labels.txt",
                             "report.html", "result.json", "ckpt"})
      times.push_back(fs::last_write_time(runs.root() / "run" / name));
    return times;
  };
  const auto before = written();
  const ProgramResult again = runs.run("run", {"--resume", "--json"});
  CHECK(again.code == 0);
  CHECK(again.out == first.out);
  CHECK(again.err.find("run holds this run, complete: nothing is left to do") != std::string::npos);
  CHECK(runs.run("run", {"--resume"}).out.starts_with("dev accuracy "));
  CHECK(written() == before);
}

TEST_CASE("command: --resume knows paths however they are written, and data that was changed") {
  const Runs runs(1);
  testing::write_idx(runs.root() / "other", 12, 3, 700);
  REQUIRE(runs.run("run", {"--val", "other/images-idx3-ubyte"}).code == 0);
  CHECK(runs.run("run", {"--resume", "--val", "./data/../other/images-idx3-ubyte"}).code == 0);
  const auto changed = [&](const std::string& set) {
    auto bytes = testing::read_bytes(runs.root() / set / "images-idx3-ubyte");
    bytes[100] ^= std::byte{1};
    testing::write_bytes(runs.root() / set / "images-idx3-ubyte", bytes);
    const ProgramResult result = runs.run("run", {"--resume", "--val", "other/images-idx3-ubyte"});
    CHECK(result.code == 2);
    return result.err;
  };
  CHECK(changed("other").find("val_hash was ") != std::string::npos);
  CHECK(changed("data").find("(samples were renamed, replaced or edited)") != std::string::npos);
}

TEST_CASE("command: until a run that replaces another has weights, the other's stay") {
  const Runs runs(1);
  REQUIRE(runs.run("run").code == 0);
  const auto weights = runs.model("run");
  const auto fails = [&](int code, const Words& words) {
    Words all = words;
    all.emplace_back("--overwrite");
    CHECK(runs.run("run", all).code == code);
    CHECK(runs.model("run") == weights);
  };
  fails(2, {"--freeze", "*"});
  fails(2, {"--clip", "nan"});
  fails(2, {"--warmup", "2"});
  fails(2, {"--label-smoothing", "1"});
  CHECK(fs::exists(runs.root() / "run/report.html"));  // nothing was begun
  fails(7, {"--trunk-lr", "1e30"});
  CHECK_FALSE(fs::exists(runs.root() / "run/report.html"));
  CHECK_FALSE(fs::exists(runs.root() / "run/result.json"));
  fs::remove(runs.root() / "run/ckpt/latest");
  Program stopped(runs.words("run", {"--epochs", "1000", "--overwrite"}), {.folder = runs.root()});
  runs.wait_for_checkpoint("run", stopped);
  stopped.signal(SIGINT);
  CHECK(stopped.wait().code == 130);
  CHECK(runs.model("run") == weights);
  const auto evaluate = [&] {
    return graft_command({"eval", "data/images-idx3-ubyte", "--run", "run"},
                         {.folder = runs.root()});
  };
  CHECK(evaluate().err ==
        "weights: the run in this folder is not finished; these may be of one before it\n");
  REQUIRE(runs.run("run", {"--overwrite", "--seed", "5"}).code == 0);
  CHECK(runs.model("run") != weights);
  CHECK(evaluate().err.empty());
}

TEST_CASE("command: a run is replaced only when told to, finished or not") {
  const Runs runs(40);
  const auto refused = [&](const std::string& what, const Words& more = {}) {
    const ProgramResult result = runs.run("run", more);
    CHECK(result.code == 2);
    INFO(result.err);
    CHECK(result.err.find("graft: tune: run holds " + what) != std::string::npos);
  };
  Program stopped(runs.words("run"), {.folder = runs.root()});
  runs.wait_for_checkpoint("run", stopped);
  stopped.signal(SIGTERM);
  REQUIRE(stopped.wait().code == 143);
  const std::string unfinished = "an unfinished run; go on with it with --resume, or";
  refused(unfinished);
  refused(unfinished, {"--epochs", "1"});
  REQUIRE(runs.run("run", {"--epochs", "1", "--overwrite"}).code == 0);
  const auto model = runs.model("run");
  const std::string finished = "the weights of an earlier run; give another --out, or replace it";
  refused(finished, {"--epochs", "1"});
  fs::remove(runs.root() / "run/run.json");
  refused(finished, {"--epochs", "1", "--resume"});  // whose weights they are nobody can tell
  CHECK(runs.model("run") == model);
  REQUIRE(runs.run("run", {"--epochs", "1", "--seed", "5", "--overwrite"}).code == 0);
  CHECK(runs.model("run") != model);
  CHECK(runs.run("run", {"--resume", "--overwrite"}).code == 2);
}

TEST_CASE("command: weights that the run would replace, and a folder in use") {
  const Runs runs(40);
  fs::create_directory(runs.root() / "run");
  testing::write_model(runs.root() / "run/model.safetensors", "mnist_cnn", 10);
  const ProgramResult own = graft_command(
      {"tune", "data/images-idx3-ubyte", "--weights", "run/model.safetensors", "--out", "run"},
      {.folder = runs.root()});
  CHECK(own.code == 2);
  CHECK(own.err.find("run/model.safetensors is what this run would replace; give another --out") !=
        std::string::npos);
  CHECK(fs::exists(runs.root() / "run/model.safetensors"));

  Program first(runs.words("busy"), {.folder = runs.root()});
  runs.wait_for_checkpoint("busy", first);
  const ProgramResult second = runs.run("busy", {"--resume"});
  CHECK(second.code == 4);
  CHECK(second.err.find("locked") != std::string::npos);
  first.signal(SIGKILL);
  CHECK(first.wait().code == 128 + SIGKILL);
}

}  // namespace graft::cli
