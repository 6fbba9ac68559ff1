#include "graft/tools/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace graft::cli {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainSeconds = 30;

template <class... Values>
std::string printed(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

// "00:41", or "1:02:03" from an hour on.
std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  const long long hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return printed("%lld:%02lld:%02lld", hours, minutes, whole % 60);
  return printed("%02lld:%02lld", minutes, whole % 60);
}

// Three significant digits; small numbers as 1e-4, 2.5e-5.
std::string rate_text(double value) {
  if (value == 0 || value >= 1e-3) return printed("%.3g", value);
  std::string text = printed("%.2e", value);
  const size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  mantissa.erase(mantissa.find_last_not_of('0') + 1);
  if (mantissa.back() == '.') mantissa.pop_back();
  return mantissa + "e" + std::to_string(std::atoi(text.c_str() + e + 1));
}

ProgressLine::Terminal terminal_of(int descriptor) {
  const char* kind = std::getenv("TERM");
  if (isatty(descriptor) == 0 || !kind || std::string_view(kind) == "dumb") return {};
  ProgressLine::Terminal terminal{true, 80};
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) terminal.width = size.ws_col;
  return terminal;
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

std::string format_progress(const ProgressState& state, double seconds) {
  std::string text = state.phase;
  if (state.total > 0) {
    text += printed(" %3lld%%", static_cast<long long>(100 * state.done / state.total));
    text += " " + std::to_string(state.done) + "/" + std::to_string(state.total);
  }
  text += " " + clock_text(seconds);
  if (state.done > 0 && seconds > 0) {
    const double rate = static_cast<double>(state.done) / seconds;
    if (state.total > 0)
      text += "<" + clock_text(static_cast<double>(state.total - state.done) / rate);
    text += printed(" %.3g it/s", rate);
  }
  if (state.loss) text += printed(" loss %.3g", *state.loss);
  if (state.lr) text += " lr " + rate_text(*state.lr);
  return text;
}

ProgressLine::ProgressLine(std::ostream* out, Terminal terminal, Clock clock)
    : out_(out), terminal_(terminal), clock_(std::move(clock)), last_drawn_(clock_()) {}

ProgressLine::ProgressLine(bool quiet)
    : ProgressLine(quiet ? nullptr : &std::cerr, terminal_of(STDERR_FILENO), steady_seconds) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::update(const ProgressState& state) {
  if (!out_) return;
  const double now = clock_();
  if (state.phase != phase_) {
    phase_ = state.phase;
    phase_start_ = now;
  }
  if (now - last_drawn_ < (terminal_.present ? kRedrawSeconds : kPlainSeconds)) return;
  last_drawn_ = now;
  std::string text = format_progress(state, now - phase_start_);
  if (terminal_.present) {
    text.resize(std::min(text.size(), terminal_.width - 1));  // a wrapped line cannot be redrawn
    *out_ << '\r' << text << "\x1b[K" << std::flush;
    drawn_ = true;
  } else {
    *out_ << text << '\n' << std::flush;
  }
}

void ProgressLine::note(const std::string& text) {
  if (!out_) return;
  clear();
  *out_ << text << '\n' << std::flush;
}

void ProgressLine::clear() {
  if (drawn_) *out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace graft::cli
