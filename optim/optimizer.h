// Optimizer: updates named parameters in place from their gradients.
//
// A parameter that does not want a gradient at the time of a step is left alone to the last bit:
// no weight decay, no momentum. State it had from before it was frozen is dropped, so that it
// starts afresh when it is thawed. A parameter that wants a gradient but has none is skipped.
//
// The tensors given are handles to the model's own; after a module of the model was replaced (a
// new head), make a new optimizer. Not for concurrent use.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graft/core/named_tensor.h"

namespace graft::optim {

/// Departures from the optimizer's own rates for the parameters that a pattern selects (see
/// selects() in core/glob.h). The first group that selects a parameter decides.
struct ParameterGroup {
  std::vector<std::string> patterns;
  double lr_scale = 1.0;  ///< times the optimizer's learning rate
  std::optional<double> weight_decay;
};

/// One tensor of an optimizer's state: `slot` ("momentum", "steps", ...) of the parameter at
/// `path`.
struct StateTensor {
  std::string path;
  std::string slot;
  Tensor tensor;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// "sgd", "adam" or "adamw".
  virtual const char* name() const = 0;
  /// One update of every parameter that wants a gradient and has one; those with the same rates,
  /// number of steps and dtype together. After Error(OutOfMemory) a parameter is updated with its
  /// state or untouched with its state.
  void step();
  /// Drops all gradients.
  void zero_grad();

  double lr() const { return lr_; }
  /// Error(Argument) unless finite and >= 0.
  void set_lr(double lr);
  /// What one-cycle schedules move against the rate: SGD's momentum, Adam's beta1.
  virtual void set_momentum(double momentum) = 0;

  /// The state, ordered as the parameters were given; handles, not copies. Empty before a step.
  std::vector<StateTensor> state() const;
  /// Replaces the state by copies. Error(Data) if an entry fits no parameter, or one is incomplete;
  /// then nothing has changed.
  void load_state(const std::vector<StateTensor>& entries);

 protected:
  static constexpr size_t kMaxMoments = 2;

  struct Rates {
    double lr, weight_decay;
    int64_t step;  ///< of these parameters, from 1
    friend bool operator==(const Rates&, const Rates&) = default;
  };
  /// Parameters of one dtype, on one device, that are updated alike, by one call of a kernel.
  struct Batch {
    Rates rates;
    std::vector<const Tensor*> parameters, gradients;
    std::array<std::vector<const Tensor*>, kMaxMoments> moments;  ///< in order of moment_names()
  };

  /// Buffers in `parameters` are ignored, and a tensor that comes twice is updated once. Error
  /// (Argument) if two tensors share a path or a pattern of `groups` selects nothing.
  Optimizer(const std::vector<NamedTensor>& parameters, double lr, double weight_decay,
            const std::vector<ParameterGroup>& groups);

  /// Names of the moments, tensors like the parameter that start at zero; at most kMaxMoments.
  virtual std::span<const char* const> moment_names() const = 0;
  /// Updates parameters and moments in place.
  virtual void update(const Batch& batch) = 0;

 private:
  struct State {
    int64_t steps = 0;
    std::vector<Tensor> moments;
  };
  struct Entry {
    std::string path;
    Tensor parameter;
    double lr_scale, weight_decay;
    State state;
  };
  struct EntryBatch : Batch {
    std::vector<Entry*> entries;
    void clear();
  };

  void prepare(Entry& entry);
  EntryBatch& batch_for(const Entry& entry);

  std::vector<Entry> entries_;
  std::vector<EntryBatch> batches_;  // kept, emptied, from step to step for their memory
  double lr_ = 0;
};

/// Error(Argument) "op: what must be finite and >= 0, not value" unless it is.
void check_rate(const char* op, const char* what, double value);

}  // namespace graft::optim
