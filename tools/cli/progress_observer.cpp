#include "graft/tools/cli/progress_observer.h"

#include <cstdio>

namespace graft::cli {

void ProgressObserver::on_progress(const Progress& p) {
  ProgressState state;
  state.phase = p.phase;
  state.done = p.step;
  state.total = p.steps;
  if (p.epoch > 0) state.phase += ' ' + std::to_string(p.epoch) + '/' + std::to_string(p.epochs);
  if (state.phase.starts_with("epoch")) {
    state.loss = p.loss;
    state.lr = p.lr;
  }
  line_.update(state);
}

void ProgressObserver::on_epoch(const transfer::EpochResult& epoch) {
  char text[128];
  int length =
      std::snprintf(text, sizeof text, "epoch %d: train loss %.4f", epoch.epoch, epoch.train_loss);
  if (epoch.dev)
    std::snprintf(text + length, sizeof text - static_cast<size_t>(length),
                  ", dev loss %.4f, dev accuracy %.2f %%", epoch.dev->loss,
                  100 * epoch.dev->accuracy());
  line_.note(text);
}

}  // namespace graft::cli
