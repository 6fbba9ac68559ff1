// Products of matrices.
#include "op_cases/op_cases.h"

namespace graft::testing {

OpCases matmul_cases() {
  const MatmulParams plain, at{true, false}, bt{false, true}, both{true, true};
  const LinearParams dense, relu{Activation::Relu}, relu6{Activation::Relu6};
  return {
      {"matmul", Shapes{{1, 1}, {1, 1}}, plain},
      {"matmul", Shapes{{2, 3}, {3, 5}}, plain},
      {"matmul", Shapes{{3, 2}, {3, 5}}, at},
      {"matmul", Shapes{{2, 3}, {5, 3}}, bt},
      {"matmul", Shapes{{3, 2}, {5, 3}}, both},
      {"matmul", Shapes{{7, 11}, {11, 13}}, plain},
      {"matmul", Shapes{{1, 7}, {7, 1}}, plain},
      {"matmul", Shapes{{5, 1}, {1, 3}}, plain},
      {"matmul", Shapes{{0, 3}, {3, 2}}, plain},
      {"matmul", Shapes{{2, 0}, {0, 3}}, plain},
      {"matmul", Shapes{{2, 3, 4}, {2, 4, 5}}, plain},
      {"matmul", Shapes{{3, 4, 2}, {3, 5, 4}}, both},
      {"matmul", Shapes{{1, 2, 3}, {1, 5, 3}}, bt},
      {"matmul", Shapes{{0, 2, 3}, {0, 3, 2}}, plain},
      {"matmul", Shapes{{67, 129}, {129, 65}}, plain, Perf{{1024, 1024}, {1024, 1024}}},
      {"matmul", Shapes{{131, 67}, {131, 97}}, at, Perf{{3136, 512}, {3136, 128}}},
      {"matmul", Shapes{{64, 128, 64}, {64, 128, 64}}, bt, TimedOnly{}},

      {"linear", Shapes{{2, 3}, {5, 3}, {5}}, dense},
      {"linear", Shapes{{2, 3}, {5, 3}, kAbsent}, dense},
      {"linear", Shapes{{1, 1}, {1, 1}, {1}}, dense},
      {"linear", Shapes{{7}, {5, 7}, {5}}, dense},
      {"linear", Shapes{{3, 4}, {5, 4}, {5}}, relu},
      {"linear", Shapes{{2, 2, 4}, {3, 4}, kAbsent}, relu6},
      {"linear", Shapes{{2, 3, 7}, {5, 7}, {5}}, dense},
      {"linear", Shapes{{0, 3}, {5, 3}, {5}}, dense},
      {"linear", Shapes{{2, 0}, {3, 0}, {3}}, dense},
      {"linear", Shapes{{11, 13}, {17, 13}, {17}}, dense},
      {"linear", Shapes{{61, 131}, {67, 131}, {67}}, dense, Perf{{32, 512}, {1000, 512}, {1000}}},
      {"linear", Shapes{{128, 1280}, {1000, 1280}, {1000}}, dense, TimedOnly{}},
  };
}

}  // namespace graft::testing
