// A whole network: a module whose forward pass is a chain of named stages.
//
// The chain is what transfer learning works on: "freeze up to layer3", "features at avgpool", "run
// the frozen prefix once". A stage is a residual block, a pooling, a head.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/layers/module.h"

namespace graft::layers {

struct Stage {
  std::string name;
  std::vector<Module*> modules;  ///< what it runs, to ask whether it is fixed
  std::function<Tensor(const Tensor&)> run;
};

class Network : public Module {
 public:
  /// x [N,H,W,C] -> logits [N, classes]
  Tensor forward(const Tensor& x) final { return run(x, 0, stages_.size()); }
  /// Stages from..to-1 of the chain. Leading stages that record nothing and look at each sample
  /// alone (evaluation, a frozen prefix) run over the batch in pieces on the CPU, with the same
  /// bits.
  Tensor run(const Tensor& x, size_t from, size_t to);

  const std::vector<Stage>& stages() const { return stages_; }
  /// Position of a stage; Error(Argument) naming the nearest names.
  size_t stage_index(const std::string& name) const;
  /// Stages first..second-1 are those named `name` or below it ("layer3": layer3.0, layer3.1);
  /// Error(Argument) naming the nearest names if there are none.
  std::pair<size_t, size_t> stage_range(const std::string& name) const;
  /// Number of leading stages whose result depends on their input and fixed tensors alone.
  size_t fixed_prefix();

  /// Paths of the modules that map features to classes, in order; the last ones of the network.
  const std::vector<std::string>& head() const { return head_; }
  /// Position of the first stage that belongs to the head.
  size_t head_stage() const { return head_stage_; }
  /// Size of the last axis of the result.
  int64_t classes() const { return classes_; }
  /// Gives the head another number of classes and new values drawn from (seed, path).
  void reset_head(int64_t classes, uint64_t seed);
  /// Replaces a convolutional head by global average pooling, which joins the trunk, and one dense
  /// layer on its result; both are named like the head. A dense head only gets new values.
  void set_linear_head(int64_t classes, uint64_t seed);

  /// Names the random streams of one training step: each module's by its path and the step, so that
  /// they do not depend on what other modules there are.
  void begin_training_step(uint64_t seed, uint64_t step);

  /// What the network expects of its input, unless the weight file says otherwise.
  Preprocess preprocess;

 protected:
  void add_stage(std::string name, std::vector<Module*> modules,
                 std::function<Tensor(const Tensor&)> run);
  void add_stage(std::string name, Module& module);
  /// A stage that is one new child of the network, registered under the stage's name.
  void add_stage(const std::string& name, std::unique_ptr<Module> module);
  /// Declares the stages added from now on to be the head, made of the modules at `paths`.
  void begin_head(std::vector<std::string> paths, int64_t classes);

 private:
  Tensor run_stages(Tensor x, size_t from, size_t to);

  std::vector<Stage> stages_;
  std::vector<std::string> head_;
  size_t head_stage_ = 0;
  int64_t classes_ = 0;
};

}  // namespace graft::layers
