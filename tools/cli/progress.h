// The progress line of long commands:
//
//   epoch 2/10  63% 412/650 00:41<00:24 9.8 it/s loss 0.412 lr 1e-4
//
// with the time since the phase began, the time that remains at this rate, and the rate.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

namespace graft::cli {

struct ProgressState {
  std::string phase;  ///< e.g. "epoch 2/10"; another text begins a new phase and its clock
  int64_t done = 0;
  int64_t total = 0;
  std::optional<double> loss;
  std::optional<double> lr;
};

/// The line's text, `seconds` after the phase began.
std::string format_progress(const ProgressState& state, double seconds);

/// Redraws one line on a terminal, ten times a second at most; elsewhere writes a line every 30 s.
/// Not for concurrent use.
class ProgressLine {
 public:
  using Clock = std::function<double()>;  ///< seconds since any fixed moment
  struct Terminal {
    bool present = false;
    size_t width = 80;
  };

  /// Silent if `out` is null.
  ProgressLine(std::ostream* out, Terminal terminal, Clock clock);
  /// On stderr, or silent if `quiet`.
  explicit ProgressLine(bool quiet);
  ProgressLine(const ProgressLine&) = delete;
  /// Clears the line.
  ~ProgressLine();

  void update(const ProgressState& state);
  /// Prints a line of its own, above the progress line.
  void note(const std::string& text);
  /// Makes room for other output; a later update draws the line again.
  void clear();

 private:
  std::ostream* out_;
  Terminal terminal_;
  Clock clock_;
  std::string phase_;
  double phase_start_ = 0;
  double last_drawn_ = 0;
  bool drawn_ = false;  ///< the terminal shows a line of ours
};

}  // namespace graft::cli
