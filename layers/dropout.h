// Dropout layer (Srivastava et al. 2014); identity unless in effective training. In a recording
// each run needs a begin_step() of its own: else it would draw the numbers of the run before.
#pragma once

#include "graft/layers/module.h"

namespace graft::layers {

class Dropout final : public Module {
 public:
  /// 0 <= p < 1: the share of elements set to zero.
  explicit Dropout(double p);
  Tensor forward(const Tensor& x) override;
  bool per_sample() const override { return !is_training() || p_ == 0.0; }
  void begin_step(const RandomKey& key) override;

 private:
  void place_words(Device device);

  double p_;
  RandomKey key_{0, Purpose::Dropout, 0, 0};
  Tensor words_;        // of key_; read by recorded steps, so they stay where they are
  bool begun_ = false;  // by begin_step(), at any time
};

}  // namespace graft::layers
