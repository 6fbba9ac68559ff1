#include <CLI/CLI.hpp>

#include "graft/core/text.h"
#include "graft/models/registry.h"
#include "graft/tools/cli/choice.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/number_option.h"

namespace graft::cli {
namespace {

const std::string kDataHelp =
    "Folder of class folders (or of train/ and val/), CIFAR-10 .bin, or IDX image file";

void add_data(CLI::App& app, std::string& data, const std::string& which = "") {
  app.add_option("DATA", data, kDataHelp + which)->required();
}

void add_batch(CLI::App& app, int64_t& batch) {
  app.add_option("--batch", batch, "Samples a batch")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->capture_default_str();
}

void add_skip_bad(CLI::App& app, bool& skip_bad) {
  app.add_flag("--skip-bad", skip_bad,
               "Leave out pictures that cannot be read (reads all of them once before)");
}

// An option with a default that its help shows.
template <class T>
CLI::Option* add(CLI::App& app, const char* name, T& value, const char* help) {
  return app.add_option(name, value, help)->capture_default_str();
}

}  // namespace

void add_options(CLI::App& app, TuneOptions& options) {
  transfer::TrainOptions& train = options.train;
  add_data(app, options.data);
  app.add_option("--out", options.out, "Folder of the run")->required();
  const std::string start = "Where to start from: --weights or --scratch";
  CLI::Option* weights =
      app.add_option("--weights", options.weights, "Weight file: .safetensors, .pth, .pt, .th")
          ->group(start);
  app.add_flag("--scratch", options.scratch, "Start from random weights")
      ->excludes(weights)
      ->group(start);
  app.add_option("--model", options.model,
                 "Model, from the list below; may be left out if the weight file names it")
      ->group(start);
  app.parse_complete_callback([&options, &train] {
    if (options.weights.empty() && !options.scratch)
      throw CLI::RequiredError("--weights FILE (or --scratch)");
    if (options.scratch && options.model.empty())
      throw CLI::RequiredError("--model NAME, with --scratch,");
    if (train.warmup_epochs > train.epochs)
      throw CLI::ValidationError(
          "--warmup", "longer than the run of " + std::to_string(train.epochs) + " epochs");
  });
  app.footer("Models: " + join(models::model_names(), ", "));

  app.add_option("--freeze", options.freeze,
                 "What not to train, separated by commas: trunk (all but the head), norms (layers "
                 "with running statistics), stages from..to (conv1..layer3), a module and all "
                 "below it (layer1), a glob over tensors ('*.bias')");
  add_choice(app, "--cache", train.cache_features, {{"on", true}, {"off", false}},
             "Run the frozen part once and train on its outputs");
  add_choice(app, "--record-steps", train.record_steps, {{"on", true}, {"off", false}},
             "Run repeated steps from a recording, on a GPU as one CUDA graph; the same bits");
  add(app, "--epochs", train.epochs, "Passes over the data")->check(CLI::Range(1, 1000000));
  add(app, "--lr", train.lr, "Learning rate")->check(positive());
  add_batch(app, train.batch);
  app.add_option("--dev", options.dev,
                 "Share of the training data that chooses the best epoch; default 0.2, or 0 with "
                 "other data to measure on")
      ->check(number("from 0 to 0.9", [](double x) { return x >= 0 && x <= 0.9; }));
  app.add_option("--val", options.val, "Data to measure on; default: val/ of DATA, else the share");
  app.add_flag("--group-duplicates", options.group_duplicates,
               "Keep identical pictures on one side of the --dev split (reads all files once)");
  add_skip_bad(app, options.skip_bad);
  add(app, "--per-class", options.per_class, "Samples of each class to train on; 0: all")
      ->check(not_negative());
  add_choice(app, "--head", options.head, by_name({Head::New, Head::Linear, Head::Keep}),
             "A new head for the classes of DATA, a dense one in place of a convolution, or the "
             "file's own");
  using transfer::OptimizerKind, transfer::ScheduleKind;
  add_choice(app, "--optimizer", train.optimizer,
             by_name({OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::AdamW}),
             "Update rule");
  add_choice(app, "--schedule", train.schedule,
             by_name({ScheduleKind::Constant, ScheduleKind::Step, ScheduleKind::Cosine,
                      ScheduleKind::OneCycle}),
             "Course of the learning rate");
  add(app, "--warmup", train.warmup_epochs, "Epochs of rising rate")->check(not_negative());
  add(app, "--momentum", train.momentum, "Momentum of sgd")
      ->check(number("from 0 to 1", [](double x) { return x >= 0 && x <= 1; }));
  add(app, "--weight-decay", train.weight_decay, "Weight decay")->check(not_negative());
  add(app, "--label-smoothing", train.label_smoothing, "Label smoothing")
      ->check(number("from 0, below 1", [](double x) { return x >= 0 && x < 1; }));
  add(app, "--clip", train.clip_norm, "Largest norm of the gradient; 0: any")
      ->check(not_negative());
  add(app, "--trunk-lr", train.trunk_lr_scale, "Factor on the rate of all but the head")
      ->check(not_negative());
  add(app, "--patience", train.patience, "Epochs without gain before stopping; 0: never")
      ->check(not_negative());
  using Augment = data::Augment::Kind;
  add_choice(app, "--augment", train.augment.kind,
             by_name({Augment::None, Augment::Flip, Augment::RandomResizedCrop, Augment::PadCrop}),
             "Random views of the training pictures");
  add(app, "--workers", train.workers, "Threads that load pictures")->check(CLI::Range(1, 256));
  add(app, "--save-every", train.checkpoint_steps,
      "Steps between checkpoints; 0: epochs, of at least 15 s together")
      ->check(not_negative());
  CLI::Option* resume =
      app.add_flag("--resume", train.resume,
                   "Go on from the newest checkpoint in --out; begin if there is none");
  app.add_flag("--overwrite", options.overwrite, "Replace an earlier run in --out")
      ->excludes(resume);
}

void add_options(CLI::App& app, EvalOptions& options) {
  add_data(app, options.data, "; val/ is measured where there is one");
  add_options(app, options.source);
  app.add_option("--logits", options.logits,
                 "Write the logits as .npy, and beside it .rows.tsv: a line a row, "
                 "the sample and its class");
  add_batch(app, options.batch);
  add_skip_bad(app, options.skip_bad);
}

void add_options(CLI::App& app, PredictOptions& options) {
  app.add_option("FILE", options.files,
                 "Pictures, JPEG or PNG, taken as they are stored: EXIF orientation is not applied")
      ->required();
  add_options(app, options.source);
  add(app, "--top", options.top, "Classes to name for each picture")->check(CLI::Range(1, 1000000));
}

void add_options(CLI::App& app, FeaturesOptions& options) {
  add_data(app, options.data, "; of train/ and val/ the former: name the part for the other");
  add_options(app, options.source);
  app.add_option("--at", options.at, "Layer whose output is written; default: the head's input");
  app.add_option("-o,--out", options.out,
                 "File to write, .npy; beside it .rows.tsv: a "
                 "line a row, the sample and its class")
      ->required();
  add_batch(app, options.batch);
  add_skip_bad(app, options.skip_bad);
}

void add_options(CLI::App& app, InfoOptions& options) {
  CLI::Option* file = app.add_option("FILE", options.file, "Weight file");
  app.add_flag("--devices", options.devices, "Show the devices that --device can name")
      ->excludes(file);
  app.parse_complete_callback([&options] {
    if (options.file.empty() && !options.devices) throw CLI::RequiredError("FILE (or --devices)");
  });
}

void add_options(CLI::App& app, AuditOptions& options) {
  app.add_option("BEFORE", options.before, "Weight file")->required();
  app.add_option("AFTER", options.after, "Weight file to compare")->required();
  CLI::Option* exit_code = app.add_flag(
      "--exit-code", options.exit_code,
      "End with exit code 9 if a tensor changed, is gone or is new; with --frozen, one of those");
  CLI::Option* frozen =
      app.add_option("--frozen", options.frozen,
                     "What should not have changed, in the words of `graft tune --freeze`")
          ->needs(exit_code);
  app.add_option("--model", options.model, "Model of the files, if AFTER does not name it")
      ->needs(frozen);
}

void add_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--model", options.model,
                 "Model, from the list below; may be left out if the weight file names it");
  app.add_option("--weights", options.weights, "Weight file; default: random weights");
  app.add_option("--freeze", options.freeze, "What not to train, as `graft tune --freeze`");
  add_batch(app, options.batch);
  add(app, "--classes", options.classes, "Classes of the new head")->check(CLI::Range(1, 1000000));
  add(app, "--seconds", options.seconds, "Shortest measurement, of evaluation and of training each")
      ->check(CLI::Range(0.0, 3600.0));
  add(app, "--top", options.top, "Kernels to print")->check(CLI::Range(1, 1000000));
  CLI::Option* compare =
      app.add_option("--compare", options.compare,
                     "JSON of an earlier measurement: end with exit code 9 if a time has grown");
  add(app, "--tolerance", options.tolerance, "Share by which a time may have grown")
      ->check(CLI::Range(0.0, 100.0))
      ->needs(compare);
  app.parse_complete_callback([&options] {
    if (options.model.empty() && options.weights.empty())
      throw CLI::RequiredError("--model NAME (or --weights FILE)");
  });
  app.footer("Models: " + join(models::model_names(), ", "));
}

void add_options(CLI::App& app, DemoOptions& options) {
  add(app, "--out", options.out, "Folder of the report");
  add(app, "--seeds", options.seeds, "Repetitions")->check(CLI::Range(2, 100));
}

}  // namespace graft::cli
