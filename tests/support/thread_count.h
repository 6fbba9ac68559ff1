// The number of threads for the length of a scope.
#pragma once

#include "graft/core/parallel.h"

namespace graft::testing {

class ThreadCount {
 public:
  explicit ThreadCount(int count) : outer_(num_threads()) { set_num_threads(count); }
  ~ThreadCount() { set_num_threads(outer_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int outer_;
};

}  // namespace graft::testing
