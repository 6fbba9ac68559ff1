// Shows a training run on the progress line, and stops it between two steps after a signal.
#pragma once

#include <string>

#include "graft/tools/cli/interrupt.h"
#include "graft/tools/cli/progress.h"
#include "graft/transfer/training/trainer.h"

namespace graft::cli {

class ProgressObserver : public transfer::TrainObserver {
 public:
  explicit ProgressObserver(ProgressLine& line) : line_(line) {}

  void on_progress(const Progress& p) override;
  void on_epoch(const transfer::EpochResult& epoch) override;
  void on_note(const std::string& text) override { line_.note(text); }
  bool should_stop() override { return stop_requested(); }

 private:
  ProgressLine& line_;
};

}  // namespace graft::cli
