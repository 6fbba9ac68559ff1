#include "graft/core/kernel_trace.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "graft/core/ops.h"
#include "graft/core/recording.h"

namespace graft {
namespace {

struct Told final : KernelTrace {
  std::vector<std::string> kernels;
  std::vector<std::vector<Shape>> operands;
  size_t bytes = 0;
  void on_kernel(const KernelCall& call) override {
    kernels.emplace_back(call.kernel);
    operands.emplace_back(call.operands.begin(), call.operands.end());
    bytes = call.bytes;
    CHECK(call.seconds > 0);
  }
};

}  // namespace

TEST_CASE("kernel trace: names and operands of what this thread runs, within the scope alone") {
  const Tensor x = Tensor::full({2, 3}, 1.0), w = Tensor::full({4, 3}, 1.0);
  Told outer, inner;
  linear(x, w);
  {
    const TraceScope scope(outer);
    linear(x, w);
    {
      const TraceScope nested(inner);
      exp(x);
    }
    linear(x, w);
  }
  exp(x);
  CHECK(outer.kernels == std::vector<std::string>{"linear", "linear"});
  CHECK(inner.kernels == std::vector<std::string>{"unary"});
  REQUIRE(outer.operands.front().size() == 4);  // bias is absent
  CHECK(outer.operands.front()[0] == x.shape());
  CHECK(outer.operands.front()[1] == w.shape());
  CHECK(outer.operands.front()[2].rank() == 0);
  CHECK(outer.operands.front()[3] == Shape{2, 4});
  CHECK(outer.bytes == 4 * (6 + 12 + 8));
}

TEST_CASE("kernel trace: what is recorded is not told of") {
  const Tensor x = Tensor::full({2, 3}, 1.0);
  Told trace;
  const TraceScope scope(trace);
  Recording recording({}, [&] { exp(x); });
  recording.run();
  CHECK(trace.kernels.empty());
}

}  // namespace graft
