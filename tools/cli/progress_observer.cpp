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
  char part[128];
  std::snprintf(part, sizeof part, "epoch %d: train loss %.4f", epoch.epoch, epoch.train_loss);
  std::string text = part;
  if (epoch.dev) {
    std::snprintf(part, sizeof part, ", dev loss %.4f, dev accuracy %.2f %%", epoch.dev->loss,
                  100 * epoch.dev->accuracy());
    text += part;
  }
  if (epoch.skipped_steps > 0) text += ", steps skipped: " + std::to_string(epoch.skipped_steps);
  line_.note(text);
}

}  // namespace graft::cli
