// What is written to stderr while this object lives, by any means: the descriptor is redirected.
#pragma once

#include <string>

namespace graft::testing {

class CapturedStderr {
 public:
  CapturedStderr();
  ~CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;

  /// All of it so far.
  std::string text();

 private:
  int saved_;
  int file_;
};

}  // namespace graft::testing
