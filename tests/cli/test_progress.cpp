#include <doctest/doctest.h>

#include <sstream>

#include "graft/tools/cli/progress_observer.h"

namespace graft::cli {

TEST_CASE("progress: the line's form") {
  const ProgressState state{"epoch 2/10", 412, 650, 0.4123, 1e-4};
  CHECK(format_progress(state, 41.9) ==
        "epoch 2/10  63% 412/650 00:41<00:24 9.83 it/s loss 0.412 lr 1e-4");
  CHECK(format_progress({"features", 0, 100, {}, {}}, 0) == "features   0% 0/100 00:00");
  CHECK(format_progress({"epoch 1/1", 1, 2, {}, 0.025}, 3700) ==
        "epoch 1/1  50% 1/2 1:01:40<1:01:40 0.00027 it/s lr 0.025");
  CHECK(format_progress({"x", 1, 1, 2.0, 2.5e-5}, 1) ==
        "x 100% 1/1 00:01<00:00 1 it/s loss 2 lr 2.5e-5");
}

TEST_CASE("progress: without a terminal a line every 30 s") {
  std::ostringstream out;
  double now = 1000;
  {
    ProgressLine line(&out, {}, [&now] { return now; });
    for (int step = 1; step <= 70; ++step, now += 1) line.update({"epoch 1/1", step, 70, {}, {}});
  }
  CHECK(out.str() ==
        "epoch 1/1  44% 31/70 00:30<00:37 1.03 it/s\n"
        "epoch 1/1  87% 61/70 01:00<00:08 1.02 it/s\n");
}

TEST_CASE("progress: a terminal's line is redrawn, cut to its width, and cleared") {
  std::ostringstream out;
  double now = 0;
  {
    ProgressLine line(&out, {true, 21}, [&now] { return now; });
    now = 0.05;  // too early
    line.update({"epoch 1/1", 1, 4, {}, {}});
    CHECK(out.str().empty());
    now = 0.2;
    line.update({"epoch 1/1", 2, 4, {}, {}});
    CHECK(out.str() == "\repoch 1/1  50% 2/4 0\x1b[K");
    out.str("");
    line.note("saved");
    CHECK(out.str() == "\r\x1b[Ksaved\n");
    out.str("");
    now = 0.4;
    line.update({"epoch 1/1", 4, 4, {}, {}});
    out.str("");
  }
  CHECK(out.str() == "\r\x1b[K");
}

TEST_CASE("progress: a new phase restarts the clock") {
  std::ostringstream out;
  double now = 0;
  ProgressLine line(&out, {true, 80}, [&now] { return now; });
  line.update({"features", 0, 4, {}, {}});
  now = 60;
  line.update({"epoch 1/2", 0, 4, {}, {}});
  CHECK(out.str() == "\repoch 1/2   0% 0/4 00:00\x1b[K");
}

TEST_CASE("progress: an epoch's line, with the steps that f16 left out") {
  std::ostringstream out;
  {
    ProgressLine line(&out, {}, [] { return 0.0; });
    ProgressObserver observer(line);
    transfer::EpochResult epoch;
    epoch.epoch = 3;
    epoch.train_loss = 0.25;
    observer.on_epoch(epoch);
    epoch.dev = transfer::Evaluation{8, 6, 0.5};
    epoch.skipped_steps = 2;
    observer.on_epoch(epoch);
  }
  CHECK(out.str() ==
        "epoch 3: train loss 0.2500\n"
        "epoch 3: train loss 0.2500, dev loss 0.5000, dev accuracy 75.00 %, steps skipped: 2\n");
}

TEST_CASE("progress: silent without a stream") {
  ProgressLine line(nullptr, {true, 80}, [] { return 1e9; });
  CHECK_NOTHROW(line.update({"epoch 1/1", 1, 2, {}, {}}));
  CHECK_NOTHROW(line.note("nothing"));
}

}  // namespace graft::cli
