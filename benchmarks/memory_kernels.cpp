#include "graft/benchmarks/memory_kernels.h"

#include <sstream>

#include "graft/benchmarks/random_tensor.h"
#include "graft/core/ops.h"
#include "graft/optim/adam.h"
#include "graft/optim/sgd.h"

namespace graft::bench {
namespace {

constexpr int64_t kClasses = 1000;

class Bench {
 public:
  Bench(const MemoryLoad& load, const Repeat& how, const std::function<void(const Timing&)>& report)
      : load_(load), how_(how), report_(report) {}

  Tensor activations(const Shape& shape) const {
    return random_tensor(shape, load_.dtype, how_.device);
  }
  Tensor parameter(const Shape& shape) const {
    return random_tensor(shape, DType::F32, how_.device);
  }

  // `passes` over memory of the size of `x`.
  void forward(const char* op, const Tensor& x, double passes, const Work& work) const {
    const NoGrad no_grad;
    time(op, x, passes, false, work);
  }
  // From y towards x.
  void backward(const char* op, const Tensor& x, double passes, const Tensor& y) const {
    const Tensor cotangent = activations(y.shape());
    time(op, x, passes, true, [&] { gradients(y, {x}, cotangent, {.retain_graph = true}); });
  }

  // The optimizer's step over the parameters.
  void update(const char* op, const Tensor& parameter, double passes,
              optim::Optimizer& optimizer) const {
    time(op, parameter, passes, false, [&] { optimizer.step(); });
  }

 private:
  void time(const char* op, const Tensor& x, double passes, bool backward, const Work& work) const {
    std::ostringstream operand;
    operand << x.dtype() << ' ' << x.shape();
    report_({.op = op,
             .shapes = operand.str(),
             .backward = backward,
             .seconds = time_calls(how_, work).median,
             .bytes = passes * static_cast<double>(x.bytes())});
  }

  MemoryLoad load_;
  Repeat how_;
  const std::function<void(const Timing&)>& report_;
};

Tensor wanted(Tensor x) {
  x.set_requires_grad(true);
  return x;
}

void time_elementwise(const Bench& bench, const Shape& shape) {
  const Tensor x = wanted(bench.activations(shape));
  bench.forward("relu", x, 2, [&] { relu(x); });
  bench.backward("relu", x, 3, relu(x));
  const Tensor z = bench.activations(shape);
  bench.forward("add", x, 3, [&] { add(x, z); });
  bench.forward("dropout", x, 2, [&] { dropout(x, 0.5, {.seed = 1}); });
}

void time_norm(const Bench& bench, const Shape& shape) {
  const Shape channels{shape[3]};
  const Tensor x = wanted(bench.activations(shape)), gamma = bench.parameter(channels),
               beta = bench.parameter(channels), mean = bench.parameter(channels),
               variance = bench.parameter(channels);
  const auto norm = [&] {
    return batch_norm_train(x, gamma, beta, mean, variance, {.activation = Activation::Relu});
  };
  bench.forward("batch_norm_train", x, 3, norm);
  bench.backward("batch_norm_train", x, 5, norm());
}

void time_pooling(const Bench& bench, const Shape& shape) {
  const Tensor x = bench.activations(shape);
  const Pool2dParams halves{.kernel_h = 3, .kernel_w = 3, .padding = symmetric_padding(1)};
  bench.forward("max_pool2d", x, 1.25, [&] { max_pool2d(x, halves); });
  bench.forward("global_avg_pool2d", x, 1, [&] { global_avg_pool2d(x); });
}

void time_rows(const Bench& bench, int64_t rows) {
  const Tensor x = wanted(bench.activations({rows, kClasses}));
  bench.forward("softmax", x, 2, [&] { softmax(x); });
  bench.backward("softmax", x, 3, softmax(x));
}

void time_optimizers(const Bench& bench, const Shape& shape) {
  Tensor parameter = wanted(bench.parameter(shape));
  parameter.set_grad(bench.parameter(shape));
  optim::Sgd sgd({{"p", parameter}}, {.lr = 1e-3, .momentum = 0.9});
  bench.update("sgd_step", parameter, 5, sgd);
  optim::Adam adam({{"p", parameter}}, {.lr = 1e-3});
  bench.update("adam_step", parameter, 7, adam);
}

}  // namespace

void time_memory_kernels(const MemoryLoad& load, const Repeat& how,
                         const std::function<void(const Timing&)>& report) {
  const Bench bench(load, how, report);
  const Shape shape{load.batch, 56, 56, 256};
  time_elementwise(bench, shape);
  time_norm(bench, shape);
  time_pooling(bench, shape);
  time_rows(bench, shape.numel() / kClasses);
  time_optimizers(bench, {load.batch, shape.numel() / load.batch / 4});
}

}  // namespace graft::bench
