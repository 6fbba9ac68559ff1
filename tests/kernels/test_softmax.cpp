#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "graft/core/ops.h"
#include "kernels/simd_levels.h"
#include "support/tensors.h"

namespace graft {
namespace {

using testing::same_bits;

constexpr int64_t kRows = 11, kRowOfNaN = 4, kRowOfInfinity = 6;

Tensor rows_of(int64_t width) {
  Tensor x = testing::numbers<float>("logits", {kRows, width});
  x.data<float>()[kRowOfNaN * width] = std::numeric_limits<float>::quiet_NaN();
  x.data<float>()[kRowOfInfinity * width] = std::numeric_limits<float>::infinity();
  return x;
}

}  // namespace

TEST_CASE("softmax: a row's bits depend on no row beside it") {
  testing::at_every_simd_level([] {
    for (const int64_t width : {1, 3, 4, 8, 10, 16, 17}) {
      CAPTURE(width);
      const Tensor x = rows_of(width), label = Tensor::full({kRows}, 0, DType::I64);
      const Tensor p = softmax(x), log_p = log_softmax(x);
      const Tensor loss = cross_entropy(x, label, 0.0, Reduction::None);
      for (int64_t row = 0; row < kRows; ++row) {
        CAPTURE(row);
        const auto this_row = [&](const Tensor& all) { return slice(all, 0, row, row + 1); };
        const Tensor one = this_row(x);
        CHECK(same_bits(softmax(one), this_row(p)));
        CHECK(same_bits(log_softmax(one), this_row(log_p)));
        const Tensor its_loss = cross_entropy(one, this_row(label), 0.0, Reduction::None);
        CHECK(same_bits(its_loss, this_row(loss)));
        CHECK(std::isnan(its_loss.item()) == (row == kRowOfNaN || row == kRowOfInfinity));
      }
    }
  });
}

}  // namespace graft
