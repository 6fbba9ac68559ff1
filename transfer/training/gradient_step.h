// The part of a training step that comes before the optimizer: loss and gradients of one batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graft/core/recording.h"
#include "graft/layers/module.h"
#include "graft/transfer/training/batch_memory.h"

namespace graft::transfer {

/// Runs forward and backward pass; from the second batch of one shape on as a recording
/// (core/recording.h), with the same bits, except under a TraceScope (core/kernel_trace.h). Layers
/// may be frozen, thawed and written to between batches, and must not be added or removed. For one
/// thread.
class GradientStep {
 public:
  using Loss = std::function<Tensor(const Tensor& input, const Tensor& labels)>;

  /// `loss` computes the scalar to be lowered from a batch and the parameters of `network`, which
  /// outlives this object.
  GradientStep(layers::Module& network, Loss loss);

  /// The loss of the batch, valid until the next call; its gradients replace those of the
  /// parameters. With BatchMemory::Stays the caller writes all batches of one shape into the same
  /// two tensors, which saves a copy; for others it is recorded anew.
  Tensor operator()(const Tensor& input, const Tensor& labels,
                    BatchMemory memory = BatchMemory::Changes);

  /// What the gradients are multiplied by (optim/loss_scale.h); 1 at the start.
  void set_loss_scale(double scale);
  /// For when the loss is to be computed in another way: records anew.
  void forget() { recording_.reset(); }
  /// True at the start.
  void set_recording(bool wanted) { wanted_ = wanted; }
  /// "recorded", or why steps are not.
  std::string note() const;

 private:
  // All that decides which operations a step consists of: shapes, settings, modes, addresses.
  using Plan = std::vector<uint64_t>;
  struct Layer {
    layers::Module* module;
    std::vector<Tensor> tensors;
  };
  struct Gradient {
    Tensor parameter, value;
  };

  void look(const Tensor& input, const Tensor& labels, BatchMemory memory);
  void drop_gradients();
  Tensor run_eagerly(const Tensor& input, const Tensor& labels);
  /// False if it cannot be recorded.
  bool record(const Tensor& input, const Tensor& labels, BatchMemory memory);
  Tensor run_recording(const Tensor& input, const Tensor& labels, BatchMemory memory);

  const Loss loss_of_;
  std::vector<Layer> layers_;
  std::vector<Tensor> parameters_;
  bool wanted_ = true;
  double scale_ = 1;
  Tensor cotangent_;   // the scale, where the loss is
  Plan now_, before_;  // of this batch, and of the one before

  Plan recorded_;
  std::unique_ptr<Recording> recording_;
  Tensor input_, labels_, loss_;  // its operands and result
  std::vector<Gradient> gradients_;
  Plan refused_;
  std::string obstacle_;
};

}  // namespace graft::transfer
