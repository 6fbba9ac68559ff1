// Kernels that treat the last axis of contiguous operands as rows.
#pragma once

#include <algorithm>

#include "graft/core/parallel.h"
#include "graft/core/view.h"
#include "graft/kernels/cpu/strided_loop.h"

namespace graft::cpu {

struct Rows {
  int64_t count, width;
};

inline Rows rows_of(const View& y) {
  const int64_t width = y.dim(y.rank() - 1);
  return {width ? y.numel() / width : 0, width};
}

/// Calls body(row, count) for `count` rows from `row` on, at most `most`, until all are done, in
/// parallel; `cost` is that of an element in nanoseconds.
template <class Body>
void parallel_row_groups(Rows rows, int64_t cost, int most, const Body& body) {
  const int64_t grain = std::max<int64_t>(1, kElementGrain / (rows.width * cost + 1));
  parallel_ranges(rows.count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += most)
      body(row, static_cast<int>(std::min<int64_t>(most, end - row)));
  });
}

/// Calls body(row) for every row, likewise.
template <class Body>
void parallel_rows(Rows rows, int64_t cost, const Body& body) {
  parallel_row_groups(rows, cost, 1, [&](int64_t row, int) { body(row); });
}

}  // namespace graft::cpu
