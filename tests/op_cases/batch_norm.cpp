// Batch normalisation on the batch's and on stored statistics, with and without fused residual and
// activation, at small and large eps.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

const Range kPositiveVariance{0.1, 2, 4};

// Operands: x, gamma, beta, [stored mean and variance,] residual.
template <class... Options>
void add_both(OpCases& rows, const Shape& x, const BatchNormParams& p, bool residual = false,
              const Options&... options) {
  const Shape c{x.at(-1)}, added = residual ? x : kAbsent;
  rows.push_back({"batch_norm_train", Shapes{x, c, c, added}, p, options...});
  rows.push_back(
      {"batch_norm_eval", Shapes{x, c, c, c, c, added}, p, kPositiveVariance, options...});
}

}  // namespace

OpCases batch_norm_cases() {
  const BatchNormParams plain, relu{.activation = Activation::Relu},
      relu6{.activation = Activation::Relu6}, large_eps{.eps = 0.5}, small_eps{.eps = 1e-12};
  OpCases rows;
  add_both(rows, {2, 3, 5, 4}, plain);
  add_both(rows, {2, 3, 5, 4}, relu);
  add_both(rows, {2, 3, 5, 4}, relu6);
  add_both(rows, {2, 3, 5, 4}, plain, true);
  add_both(rows, {2, 3, 5, 4}, relu, true);
  add_both(rows, {7, 3}, large_eps, false, NoRepeats{});
  add_both(rows, {11, 5}, small_eps, false, NoRepeats{});
  // Two values a channel: the gradient towards x is what eps leaves of a difference.
  add_both(rows, {2, 1, 1, 1}, large_eps, false, NoRepeats{});
  add_both(rows, {3, 2, 2, 7}, {.eps = 1e-3, .momentum = 1});
  add_both(rows, {5, 13, 11, 17}, relu, true);
  add_both(rows, {3, 37, 29, 37}, relu);
  rows.push_back(
      {"batch_norm_eval", Shapes{{0, 3}, {3}, {3}, {3}, {3}, kAbsent}, plain, kPositiveVariance});
  add_both(rows, {32, 56, 56, 64}, relu, false, TimedOnly{});
  add_both(rows, {32, 7, 7, 512}, relu, true, TimedOnly{});
  return rows;
}

}  // namespace graft::testing
