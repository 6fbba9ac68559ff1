#include <doctest/doctest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "graft/core/autocast.h"
#include "graft/core/error.h"
#include "graft/core/numerics.h"
#include "graft/core/parallel.h"
#include "graft/core/simd_level.h"
#include "graft/tools/cli/command_line.h"
#include "graft/tools/cli/commands.h"
#include "kernels/simd_levels.h"
#include "support/captured_stderr.h"
#include "support/error_text.h"
#include "support/host_device_scope.h"

namespace graft::cli {
namespace {

TuneOptions tuned;
EvalOptions evaluated;
CommonOptions common_seen;
std::optional<DType> autocast_seen;

int fake_tune(const TuneOptions& options, const CommonOptions& common) {
  tuned = options;
  common_seen = common;
  return 0;
}
int fake_eval(const EvalOptions& options, const CommonOptions& common) {
  evaluated = options;
  common_seen = common;
  autocast_seen = AutocastScope::current();
  return 0;
}
int failing_info(const InfoOptions& options, const CommonOptions&) {
  fail(ErrorKind::Data, "info: ", options.file, ": not a weight file");
}

struct Outcome {
  int code;
  std::string stderr_text;
};

Outcome run(const std::vector<const char*>& words) {
  std::vector<const char*> argv{"graft"};
  argv.insert(argv.end(), words.begin(), words.end());
  CommandLine command_line;
  command_line.add<TuneOptions>("tune", "Fine-tune", fake_tune);
  command_line.add<EvalOptions>("eval", "Evaluate", fake_eval);
  command_line.add<InfoOptions>("info", "Describe", failing_info);
  testing::CapturedStderr captured;
  const int code = command_line.run(static_cast<int>(argv.size()), argv.data());
  return {code, captured.text()};
}

}  // namespace

TEST_CASE("command line: every form of tune") {
  CHECK(run({"tune", "photos", "--model", "resnet18", "--weights", "w.pth", "--out", "run"}).code ==
        0);
  CHECK(tuned.data == "photos");
  CHECK(tuned.model == "resnet18");
  CHECK(tuned.weights == "w.pth");
  CHECK(tuned.out == "run");
  CHECK(tuned.freeze.empty());
  CHECK(!tuned.dev);
  CHECK(tuned.train.cache_features);
  CHECK(common_seen.device.empty());

  CHECK(run({"tune",
             "photos",
             "--model=resnet18",
             "--weights=w.pth",
             "--freeze",
             "conv1..layer3",
             "--epochs",
             "3",
             "--lr",
             "1e-3",
             "--batch",
             "16",
             "--dev",
             "0.25",
             "--seed",
             "7",
             "--cache",
             "off",
             "--out",
             "run",
             "--json",
             "--threads",
             "2",
             "--device",
             "cpu"})
            .code == 0);
  CHECK(tuned.freeze == "conv1..layer3");
  CHECK(tuned.train.epochs == 3);
  CHECK(tuned.train.lr == 1e-3);
  CHECK(tuned.train.batch == 16);
  CHECK(tuned.dev == 0.25);
  CHECK(!tuned.train.cache_features);
  CHECK(common_seen.seed == 7);
  CHECK(common_seen.json);
  CHECK(common_seen.threads == 2);
  CHECK(common_seen.run_on == Device{});
  CHECK(num_threads() == 2);
}

TEST_CASE("command line: --deterministic exact and --tf32 hold for their own command only") {
  CHECK(run({"info", "w.pth", "--deterministic", "sometimes"}).code == 2);
  CHECK(run({"eval", "photos", "--run", "run", "--deterministic", "exact"}).code == 0);
  CHECK(numerics().exact);
  CHECK(run({"eval", "photos", "--run", "run"}).code == 0);
  CHECK(!numerics().exact);
  CHECK(run({"eval", "photos", "--run", "run", "--tf32"}).code == 0);
  CHECK(numerics().tf32);
  CHECK(run({"eval", "photos", "--run", "run", "--tf32", "--deterministic", "exact"}).stderr_text ==
        "graft: --tf32 rounds, which --deterministic exact forbids\n");
}

TEST_CASE("command line: --frozen-precision bf16 holds for its own command, and not when exact") {
  CHECK(run({"info", "w.pth", "--frozen-precision", "f16"}).code == 2);
  CHECK(run({"eval", "photos", "--run", "run", "--frozen-precision", "bf16"}).code == 0);
  CHECK(numerics().frozen == Precision::BF16);
  const Outcome refused = run(
      {"eval", "photos", "--run", "run", "--frozen-precision", "bf16", "--deterministic", "exact"});
  CHECK(refused.code == 2);
  CHECK(refused.stderr_text ==
        "graft: --frozen-precision bf16 rounds, which --deterministic exact forbids\n");
  CHECK(run({"eval", "photos", "--run", "run"}).code == 0);
  CHECK(numerics().frozen == Precision::Full);
}

TEST_CASE("command line: --precision holds for its own command, on a GPU, and not when exact") {
  const auto eval = [](std::vector<const char*> more) {
    more.insert(more.begin(), {"eval", "photos", "--run", "run"});
    return run(more);
  };
  CHECK(eval({"--precision", "f64"}).code == 2);
  CHECK(eval({"--precision", "f32"}).code == 0);
  const Outcome on_cpu = eval({"--precision", "bf16"});
  CHECK(on_cpu.code == 5);
  CHECK(on_cpu.stderr_text ==
        "graft: --precision bf16 needs a GPU (--device cuda): the CPU's kernels compute in f32; "
        "there --frozen-precision and --keep-activations round what can be\n");
  const testing::HostDeviceScope scope;
  CHECK(eval({"--precision", "f16", "--device", "cuda"}).code == 0);
  CHECK(common_seen.precision == DType::F16);
  CHECK(autocast_seen == DType::F16);
  CHECK(eval({"--precision", "f16", "--device", "cuda", "--deterministic", "exact"}).stderr_text ==
        "graft: --precision f16 rounds, which --deterministic exact forbids\n");
  CHECK(eval({"--device", "cuda"}).code == 0);
  CHECK_FALSE(autocast_seen);
}

TEST_CASE("command line: --keep-activations bf16 holds for its own command, and not when exact") {
  const std::initializer_list<const char*> tune = {"tune",      "photos", "--model", "resnet18",
                                                   "--scratch", "--out",  "run"};
  const auto with = [&](std::vector<const char*> more) {
    more.insert(more.begin(), tune);
    return run(more);
  };
  CHECK(with({"--keep-activations", "bf16"}).code == 0);
  CHECK(numerics().kept == Precision::BF16);
  CHECK(with({"--keep-activations", "bf16", "--deterministic", "exact"}).stderr_text ==
        "graft: --keep-activations bf16 rounds, which --deterministic exact forbids\n");
  CHECK(with({}).code == 0);
  CHECK(numerics().kept == Precision::Full);
}

TEST_CASE("command line: a CPU that does not multiply bf16 says so in a line") {
  const testing::SimdLevelScope scope;
  set_simd_level(SimdLevel::Baseline);
  const auto text = [](const char* precision, const char* more) {
    return run({"eval", "photos", "--run", "run", "--frozen-precision", precision, more})
        .stderr_text;
  };
  CHECK(text("bf16", "--json") ==
        "graft: this CPU does not multiply bf16 (AVX-512 BF16): the same numbers, not faster than "
        "f32\n");
  CHECK(text("bf16", "--quiet").empty());
  CHECK(text("f32", "--json").empty());
}

TEST_CASE("command line: a network is a run, or a model and its weights") {
  CHECK(run({"eval", "photos", "--run", "run", "--logits", "l.npy"}).code == 0);
  CHECK(evaluated.source.run == "run");
  CHECK(evaluated.logits == "l.npy");
  CHECK(run({"eval", "photos", "--model", "resnet18", "--weights", "w.pth"}).code == 0);
  CHECK(run({"eval", "photos", "--weights", "w.pth"}).code == 0);  // the file may name its model
  CHECK(evaluated.source.weights == "w.pth");
  CHECK(run({"eval", "photos"}).code == 2);
  CHECK(run({"eval", "photos", "--model", "resnet18"}).code == 2);
  CHECK(run({"eval", "photos", "--run", "run", "--weights", "w.pth"}).code == 2);
}

TEST_CASE("command line: unknown words get a suggestion") {
  Outcome outcome = run({"tnue", "photos"});
  CHECK(outcome.code == 2);
  CHECK(outcome.stderr_text ==
        "graft: unknown command 'tnue'; did you mean 'tune'?\n"
        "Run `graft --help` for the options.\n");
  outcome = run({"tune", "photos", "--modle", "resnet18", "--out", "run"});
  CHECK(outcome.code == 2);
  CHECK(outcome.stderr_text ==
        "graft: unknown option '--modle'; did you mean '--model'?\n"
        "Run `graft tune --help` for the options.\n");
  CHECK(run({"eval", "photos", "--runn=run"}).stderr_text.find("did you mean '--run'?") !=
        std::string::npos);
  CHECK(run({}).code == 2);
}

TEST_CASE("command line: an option given twice is an error that names it") {
  CHECK(run({"tune", "d", "--scratch", "--model=m", "--out=o", "--epochs=2", "--epochs", "3"})
            .stderr_text ==
        "graft: option '--epochs' is given 2 times\nRun `graft tune --help` for the options.\n");
}

TEST_CASE("command line: what is missing is named") {
  CHECK(run({"tune", "d", "--out", "o"}).stderr_text.starts_with("graft: --weights FILE (or --sc"));
  CHECK(run({"eval", "d"}).stderr_text.starts_with("graft: --run FOLDER (or --weights FILE) is"));
  CHECK(run({"tune", "d", "--out=o", "--weights=w", "--scratch"}).code == 2);
}

TEST_CASE("command line: the help names models, what can be frozen, and the defaults") {
  CLI::App app;
  TuneOptions options;
  add_options(app, options);
  const std::string help = app.help();
  for (const char* part : {"trunk (all but the head)", "norms (", "'*.bias'", "conv1..layer3",
                           "{constant,step,cosine,onecycle}=cosine", "Models: cifar_resnet20, ",
                           ", resnet18, ", "--epochs INT:INT in [1 - 1000000]=10"}) {
    CAPTURE(part);
    CHECK(help.find(part) != std::string::npos);
  }
}

TEST_CASE("command line: words that stand for a setting") {
  CHECK(run({"tune", "photos", "--model=m", "--scratch", "--out=o", "--optimizer=adamw",
             "--schedule=onecycle", "--head=keep"})
            .code == 0);
  CHECK(tuned.train.optimizer == transfer::OptimizerKind::AdamW);
  CHECK(tuned.train.schedule == transfer::ScheduleKind::OneCycle);
  CHECK(tuned.head == Head::Keep);
  CHECK(run({"tune", "photos", "--model=m", "--scratch", "--out=o"}).code == 0);
  CHECK(tuned.train.optimizer == transfer::OptimizerKind::Sgd);
  CHECK(tuned.train.schedule == transfer::ScheduleKind::Cosine);
  CHECK(tuned.head == Head::New);
  CHECK(run({"eval", "photos", "--run=run", "--device=cuda"}).code == 5);
}

TEST_CASE("command line: settings out of their domain") {
  for (const char* wrong :
       {"--seed=9223372036854775808", "--seed=-1", "--epochs=-1", "--lr=0", "--lr=x", "--batch=0",
        "--dev=1", "--cache=no", "--optimizer=sdg", "--threads=-1"}) {
    CAPTURE(wrong);
    CHECK(run({"tune", "photos", "--model=m", "--weights=w", "--out=o", wrong}).code == 2);
  }
  CHECK(run({"tune", "photos", "--model=m", "--out=o"}).code == 2);  // no weights, no --scratch
  CHECK(run({"tune", "photos", "--model=m", "--scratch", "--out=o"}).code == 0);
}

TEST_CASE("command line: numbers are finite, and a complaint says what they may be") {
  const auto complaint = [](const char* wrong) {
    const Outcome outcome = run({"tune", "photos", "--weights=w", "--out=o", wrong});
    CHECK(outcome.code == 2);
    return outcome.stderr_text.substr(0, outcome.stderr_text.find('\n'));
  };
  CHECK(complaint("--lr=-1") == "graft: --lr: must be a number above 0, not -1");
  CHECK(complaint("--patience=-1") == "graft: --patience: must be a number of at least 0, not -1");
  CHECK(complaint("--label-smoothing=1") ==
        "graft: --label-smoothing: must be a number from 0, below 1, not 1");
  CHECK(complaint("--warmup=11") == "graft: --warmup: longer than the run of 10 epochs");
  for (const char* option :
       {"lr", "dev", "warmup", "momentum", "weight-decay", "label-smoothing", "clip", "trunk-lr"})
    for (const char* value : {"nan", "inf", "1e999", "-nan", ""}) {
      const std::string word = std::string("--") + option + "=" + value;
      CAPTURE(word);
      CHECK(complaint(word.c_str()).find(option) != std::string::npos);
    }
}

TEST_CASE("command line: an error ends in one line and its code") {
  const Outcome outcome = run({"info", "notes.txt"});
  CHECK(outcome.code == 3);
  CHECK(outcome.stderr_text == "graft: info: notes.txt: not a weight file\n");
}

TEST_CASE("device: the CPU without a word, or by its name") {
  testing::CapturedStderr captured;
  CommonOptions options;
  CHECK(choose_device(options) == Device{});
  options.device = "cpu";
  CHECK(choose_device(options) == Device{});
  CHECK(captured.text().empty());
}

TEST_CASE("device: one that is there, by its number") {
  const testing::HostDeviceScope scope;
  CommonOptions options;
  options.device = "auto";
  CHECK(choose_device(options) == Device{DeviceType::Cuda, 0});
  options.device = "cuda:1";
  CHECK(choose_device(options) == Device{DeviceType::Cuda, 1});
  options.device = "cuda:2";
  CHECK(testing::error_text([&] { choose_device(options); }) ==
        "device: cuda:2 is not available: there are 2 devices, numbered from 0");
  options.device = "gpu";
  CHECK(testing::error_text([&] { choose_device(options); }) ==
        "device: unknown device 'gpu': use cpu, cuda or cuda:N");
}

TEST_CASE("info: a file or the devices") {
  CHECK(run({"info"}).stderr_text.starts_with("graft: FILE (or --devices) is required"));
  CHECK(run({"info", "w.pth", "--devices"}).code == 2);
}

}  // namespace graft::cli
