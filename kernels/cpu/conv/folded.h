// Correlation towards few columns, which would fill a small part of a vector: the columns of all
// the window's columns stand side by side in one product, without the window's width, over the
// pixels of x; then each output adds what the pixels it sees hold for it.
#pragma once

#include "graft/core/ceil_div.h"
#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cpu/product/correlation.h"
#include "graft/kernels/cpu/product/pack.h"

namespace graft::cpu {

/// Is it possible, and cheaper than correlate()?
template <class T>
bool folding_applies(const Correlation& c);

/// B as folded_correlate() reads it, element(group, i, j, channel, column) by element: for each
/// group (i, channel) by (j, column), packed as in product/pack.h.
template <class T, class Element>
void pack_folded(const Correlation& c, const Element& element, T* to);
template <class T>
int64_t folded_size(const Correlation& c);

template <class T>
void folded_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* packed,
                      const Epilogue<T>& epilogue, T* y);

template <class T>
ColumnBlocks folded_blocks(const Correlation& c) {
  return ColumnBlocks::of<T>(c.columns * static_cast<int64_t>(c.cols.size()));
}

template <class T>
int64_t folded_size(const Correlation& c) {
  return c.groups * folded_blocks<T>(c).size(c.channels * static_cast<int64_t>(c.rows.size()));
}

template <class T, class Element>
void pack_folded(const Correlation& c, const Element& element, T* to) {
  const ColumnBlocks blocks = folded_blocks<T>(c);
  const int64_t rows = static_cast<int64_t>(c.rows.size());
  for (int64_t group = 0; group < c.groups; ++group)
    for (int64_t block = 0; block < blocks.count(); ++block) {
      const int width = blocks.width_of(block), columns = blocks.columns_of(block);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t channel = 0; channel < c.channels; ++channel, to += width) {
          for (int k = 0; k < columns; ++k) {
            const int64_t at = blocks.begin(block) + k;
            to[k] = element(group, i, at / c.columns, channel, at % c.columns);
          }
          std::fill(to + columns, to + width, T(0));
        }
    }
}

}  // namespace graft::cpu
