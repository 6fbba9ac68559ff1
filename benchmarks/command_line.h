// What graft_bench is asked to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graft/benchmarks/model_timing.h"
#include "graft/core/dtype.h"
#include "graft/core/numerics.h"
#include "graft/data/decode.h"

namespace graft::bench {

/// What is timed: the operations, or the one thing that is chosen instead of them.
enum class Mode { Ops, Model, Small, Product, Linear, Memory, Pictures, Ceiling, List };

struct Options {
  Mode mode = Mode::Ops;
  std::vector<std::string> only;  ///< operations; empty: all
  bool forward = false;           ///< of the operations no gradients
  std::string name;               ///< of the network
  Step step = Step::Evaluate;
  std::vector<int64_t> product;  ///< {M, N, K}
  std::string folder;            ///< of class folders of pictures; empty: the test assets
  data::Decoder decoder = data::Decoder::Libraries;
  int64_t batch = 32;
  std::string device = "cpu";  ///< as find_device() takes it
  DType dtype = DType::F32;    ///< of operands; of networks mixed precision
  bool recorded = true;        ///< training steps run from a recording where they can
  bool wait_each = false;      ///< for each call: latency
  bool serve = false;          ///< measures for each line on stdin
  int threads = 0;             ///< 0: all
  Numerics numerics;
  bool json = false;
  double min_seconds = 0.2;
};

struct CommandLine {
  Options options;
  std::optional<int> exit_code;  ///< set if nothing is to be run: help was printed, or an error
};

/// Prints help on stdout and what is wrong with the words on stderr.
CommandLine parse(int argc, const char* const* argv);

}  // namespace graft::bench
