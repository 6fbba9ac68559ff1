// The subcommands: their options, and the function that does the work of each.
//
// A command is a struct of options, an add_options() that tells the parser about them (in
// command_options.cpp), and a run function in a file of its own, which returns an ExitCode and
// throws Error. Data goes to stdout, everything else to stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graft/tools/cli/common_options.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/model_source.h"
#include "graft/transfer/training/train_options.h"

namespace graft::cli {

struct TuneOptions {
  transfer::TrainOptions train;  ///< seed and precision are among the common options
  std::string data;      ///< folder of class folders (or with train/ and val/), .bin, or IDX images
  std::string model;     ///< name in the registry
  std::string weights;   ///< empty with `scratch`
  bool scratch = false;  ///< start from random weights
  std::string freeze;    ///< pattern of modules; empty: all is trained
  std::string val;       ///< data to measure on; empty: val/ of DATA, else the dev split
  int64_t per_class = 0;  ///< samples of each class to train on; 0: all
  Head head = Head::New;
  std::optional<double> dev;  ///< share held out of the training samples to choose the best epoch;
                              ///< default: 0.2, or none where there is other data to measure on
  bool group_duplicates = false;  ///< identical pictures stay on one side of the dev split
  bool skip_bad = false;          ///< leave out pictures that cannot be read
  std::string out;                ///< folder of the run
  bool overwrite = false;         ///< replace it
};

struct EvalOptions {
  std::string data;
  ModelSource source;
  std::string logits;  ///< .npy to write; empty: none
  int64_t batch = 32;
  bool skip_bad = false;  ///< leave out pictures that cannot be read
};

struct PredictOptions {
  std::vector<std::string> files;
  ModelSource source;
  int top = 1;
};

struct FeaturesOptions {
  std::string data;
  ModelSource source;
  std::string at;   ///< layer; empty: the input of the head
  std::string out;  ///< .npy
  int64_t batch = 32;
  bool skip_bad = false;  ///< leave out pictures that cannot be read
};

struct InfoOptions {
  std::string file;      ///< empty with `devices`
  bool devices = false;  ///< show what networks can run on
};

struct AuditOptions {
  std::string before;
  std::string after;
  bool exit_code = false;   ///< end with kChanged if a tensor differs, of `frozen` if given
  std::string frozen = {};  ///< pattern as `tune --freeze` takes it
  std::string model = {};   ///< to understand `frozen`; empty: the one that AFTER names
};

struct BenchOptions {
  std::string model;    ///< may be empty if the weight file names it
  std::string weights;  ///< empty: random ones, which cost the same
  std::string freeze;   ///< pattern of modules; empty: all is trained
  int64_t batch = 32;
  int64_t classes = 10;    ///< of the new head
  double seconds = 2;      ///< at least, for evaluation and for training each
  int top = 12;            ///< kernels to print
  std::string compare;     ///< an earlier measurement's JSON; empty: none
  double tolerance = 0.1;  ///< share by which a time may have grown
};

struct DemoOptions {
  std::string out = "demo-out";
  int seeds = 5;
};

void add_options(CLI::App& app, TuneOptions& options);
void add_options(CLI::App& app, EvalOptions& options);
void add_options(CLI::App& app, PredictOptions& options);
void add_options(CLI::App& app, FeaturesOptions& options);
void add_options(CLI::App& app, InfoOptions& options);
void add_options(CLI::App& app, AuditOptions& options);
void add_options(CLI::App& app, BenchOptions& options);
void add_options(CLI::App& app, DemoOptions& options);

int run_tune(const TuneOptions& options, const CommonOptions& common);
int run_eval(const EvalOptions& options, const CommonOptions& common);
int run_predict(const PredictOptions& options, const CommonOptions& common);
int run_features(const FeaturesOptions& options, const CommonOptions& common);
int run_info(const InfoOptions& options, const CommonOptions& common);
int run_audit(const AuditOptions& options, const CommonOptions& common);
int run_bench(const BenchOptions& options, const CommonOptions& common);
int run_demo(const DemoOptions& options, const CommonOptions& common);

}  // namespace graft::cli
