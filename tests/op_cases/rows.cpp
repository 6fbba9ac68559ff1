// Functions of rows: softmax, losses; and dropout.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

const Shape kSoftmaxShapes[] = {{1},    {7},        {2, 3},       {5, 1},
                                {0, 3}, {2, 3, 11}, {1, 2, 3, 5}, {307, 131}};

}  // namespace

OpCases softmax_cases() {
  OpCases rows;
  for (const char* op : {"softmax", "log_softmax"}) {
    for (const Shape& shape : kSoftmaxShapes) rows.push_back({op, Shapes{shape}});
    rows.push_back({op, Shapes{{3, 5}}, Range{-30, 30}});
    rows.push_back({op, Shapes{{4096, 1000}}, TimedOnly{}});
  }
  return rows;
}

OpCases layer_norm_cases() {
  const LayerNormParams plain, large_eps{.eps = 0.5}, small_eps{.eps = 1e-12};
  const auto of = [](const Shape& x) { return Shapes{x, {x.at(-1)}, {x.at(-1)}}; };
  OpCases rows;
  for (const Shape& x : {Shape{7}, Shape{2, 3}, Shape{0, 3}, Shape{2, 3, 11}, Shape{1, 2, 3, 5}})
    rows.push_back({"layer_norm", of(x), plain, NoRepeats{}});
  rows.push_back({"layer_norm", of({3, 1}), large_eps});
  rows.push_back({"layer_norm", of({5, 37}), large_eps});
  rows.push_back({"layer_norm", of({11, 16}), small_eps, NoRepeats{}});
  rows.push_back({"layer_norm", of({3, 1300}), plain, NoRepeats{}});   // more than one block across
  rows.push_back({"layer_norm", of({2, 4999}), plain, NoRepeats{}});   // and stretch
  rows.push_back({"layer_norm", of({1500, 64}), plain, NoRepeats{}});  // and block down
  rows.push_back({"layer_norm", of({8, 512, 768}), plain, TimedOnly{}});
  return rows;
}

OpCases loss_cases() {
  const LossParams plain, smooth{.smoothing = 0.1}, smoothest{.smoothing = 0.9},
      each{.reduction = Reduction::None}, total{.smoothing = 0.1, .reduction = Reduction::Sum};
  return {
      {"cross_entropy", Shapes{{1, 1}, {1}}, plain, Indices{1, 1}},
      {"cross_entropy", Shapes{{1, 7}, {1}}, plain, Indices{1, 7}},
      {"cross_entropy", Shapes{{5, 3}, {5}}, plain, Indices{1, 3}},
      {"cross_entropy", Shapes{{5, 3}, {5}}, smooth, Indices{1, 3}},
      {"cross_entropy", Shapes{{5, 3}, {5}}, each, Indices{1, 3}},
      {"cross_entropy", Shapes{{0, 3}, {0}}, each, Indices{1, 3}},
      {"cross_entropy", Shapes{{2, 7}, {2}}, total, Indices{1, 7}},
      {"cross_entropy", Shapes{{4, 11}, {4}}, smoothest, Indices{1, 11}},
      {"cross_entropy", Shapes{{3, 5}, {3}}, plain, Indices{1, 5}, Range{-30, 30}},
      {"cross_entropy", Shapes{{307, 131}, {307}}, smooth, Indices{1, 131},
       Perf{{4096, 1000}, {4096}}},

      {"mse_loss", Shapes{{}, {}}, plain},
      {"mse_loss", Shapes{{1}, {1}}, plain},
      {"mse_loss", Shapes{{7}, {7}}, plain},
      {"mse_loss", Shapes{{2, 3}, {2, 3}}, plain},
      {"mse_loss", Shapes{{5, 1, 3}, {5, 1, 3}}, plain},
      {"mse_loss", Shapes{{5, 3}, {5, 3}}, each},
      {"mse_loss", Shapes{{0, 3}, {0, 3}}, total},
      {"mse_loss", Shapes{{5, 3}, {5, 3}}, total},
      {"mse_loss", Shapes{{2, 3, 5, 2}, {2, 3, 5, 2}}, plain},
      {"mse_loss", Shapes{{13, 3079}, {13, 3079}}, plain, Perf{{4096, 1000}, {4096, 1000}}},
  };
}

OpCases dropout_cases() {
  const DropoutParams half{0.5, 7}, never{0, 7}, mostly{0.9, uint64_t{1} << 40};
  const Indices key{1, 1 << 24, DType::I32};
  return {
      {"dropout", Shapes{{}, {2}}, half, key},
      {"dropout", Shapes{{0}, {2}}, half, key},
      {"dropout", Shapes{{1}, {2}}, half, key},
      {"dropout", Shapes{{7}, {2}}, half, key},
      {"dropout", Shapes{{2, 3, 5}, {2}}, half, key},
      {"dropout", Shapes{{2, 3, 5}, {2}}, never, key},
      {"dropout", Shapes{{2, 3, 5}, {2}}, mostly, key},
      {"dropout", Shapes{{13, 3079}, {2}}, half, key},
      {"dropout", Shapes{{4096, 1000}, {2}}, half, key, TimedOnly{}},
  };
}

}  // namespace graft::testing
