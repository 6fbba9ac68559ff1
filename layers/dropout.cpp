#include "graft/layers/dropout.h"

#include <optional>

#include "graft/core/ops/dropout.h"
#include "graft/core/ops/to_device.h"
#include "graft/core/philox_words.h"
#include "graft/core/recorder.h"
#include "graft/core/text.h"

namespace graft::layers {
namespace {

// Unrecorded, a second pass under the same words draws from another stream.
void require_new_words_each_run(const Tensor& words) {
  if (!Recorder::current()) return;
  do_each_run([words, last = std::optional<uint32_t>()]() mutable {
    const uint32_t now = words.storage().version();
    check(last != now, ErrorKind::Argument,
          "Dropout: a recorded step runs again without a begin_step() in between");
    last = now;
  });
}

}  // namespace

Dropout::Dropout(double p) : p_(p) {
  check(p >= 0.0 && p < 1.0, ErrorKind::Argument, "Dropout: p = ", p, " is not in [0, 1)");
}

void Dropout::begin_step(const RandomKey& key) {
  key_ = key;
  begun_ = true;
  if (words_.defined()) words_.copy_(philox_words(key_));
}

void Dropout::place_words(Device device) {
  const bool placed = words_.defined() && words_.device() == device;
  if (!begun_ || !placed) refuse_recording("dropout", "each run draws other random numbers");
  if (!placed) words_ = to_device(philox_words(key_), device);
}

Tensor Dropout::forward(const Tensor& x) {
  if (!is_training() || p_ == 0.0) return x;
  place_words(x.device());
  require_new_words_each_run(words_);
  const Tensor y = dropout(x, p_, words_, key_.sample);
  key_.sample = fnv1a("again", key_.sample);  // a second pass in the same step: other numbers
  return y;
}

}  // namespace graft::layers
