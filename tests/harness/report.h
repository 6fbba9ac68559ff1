// What the checks of one op found.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace graft::testing {

class Report {
 public:
  /// What the following failures are about: op, shapes, layout, dtype.
  void at(std::string place) { place_ = std::move(place); }

  template <class... Parts>
  void fail(const Parts&... parts) {
    std::ostringstream text;
    text.precision(12);
    text << place_ << ": ";
    (text << ... << parts);
    failures_.push_back(text.str());
  }

  const std::vector<std::string>& failures() const { return failures_; }
  /// The first few failures, a line each, and how many there are.
  std::string summary() const;

  int forward_samples = 0;
  int gradient_samples = 0;
  int second_gradient_samples = 0;

 private:
  std::string place_;
  std::vector<std::string> failures_;
};

}  // namespace graft::testing
