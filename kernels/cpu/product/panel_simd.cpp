#include "graft/kernels/cpu/product/panel.h"

#include "graft/kernels/cpu/product/panel_loops.h"

namespace graft::cpu {
namespace {

// Factors are what the sums are.
template <class T>
struct Plain {
  using Sum = T;
  using Factor = T;
  static constexpr int kTileRows = kTile<T>.rows;
  struct Columns {
    Vec<T> values;
    explicit Columns(const T* b) : values(load(b)) {}
  };
  static Vec<T> spread(T a) { return splat(a); }
  static Vec<T> add(Vec<T> acc, Vec<T> a, const Columns& b) { return acc + a * b.values; }
};

template <class T>
void multiply_plain(const Panel<T>& panel) {
  if (panel.layout == LayoutA::Rows)
    multiply<Plain<T>, LayoutA::Rows>(panel);
  else
    multiply<Plain<T>, LayoutA::Transposed>(panel);
}

}  // namespace

template <>
void multiply_panel<kSimd, float>(const Panel<float>& panel) {
  multiply_plain(panel);
}
template <>
void multiply_panel<kSimd, double>(const Panel<double>& panel) {
  multiply_plain(panel);
}

}  // namespace graft::cpu
