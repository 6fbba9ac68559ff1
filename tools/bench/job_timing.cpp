#include "graft/tools/bench/job_timing.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "graft/core/allocator.h"
#include "graft/core/ops.h"
#include "graft/core/random.h"
#include "graft/core/stream.h"
#include "graft/optim/sgd.h"

namespace graft::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int64_t kLeast = 5, kProfiled = 3;

// Until a device has done what was queued.
double seconds_of(Device device, const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  synchronize(device);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Tensor random_pictures(const Preprocess& contract, int64_t batch) {
  Tensor pictures =
      Tensor::empty({batch, contract.crop_height, contract.crop_width, contract.channels()});
  RandomStream random({.seed = 1});
  float* const values = pictures.data<float>();
  for (int64_t i = 0; i < pictures.numel(); ++i) values[i] = random.uniform(-2, 2);
  return pictures;
}

Tensor labels_in_turn(int64_t classes, int64_t batch) {
  Tensor labels = Tensor::empty({batch}, DType::I64);
  for (int64_t i = 0; i < batch; ++i) labels.data<int64_t>()[i] = i % classes;
  return labels;
}

size_t peak_of(Device device, const std::function<void()>& work) {
  Allocator& memory = allocator(device);
  memory.reset_peak();
  work();
  return memory.stats().peak;
}

void time_evaluation(layers::Network& network, const Tensor& pictures, double seconds,
                     JobTimes& times) {
  network.eval();
  const auto pass = [&] {
    const NoGrad no_grad;
    network(pictures);
  };
  const Device device = pictures.device();
  times.evaluation_peak = peak_of(device, pass);
  std::vector<double> each;
  for (double total = 0; std::ssize(each) < kLeast || total < seconds; total += each.back())
    each.push_back(seconds_of(device, pass));
  times.evaluation = median(each);
  const TraceScope scope(times.evaluation_kernels);
  for (int64_t i = 0; i < kProfiled; ++i) pass();
}

void time_training(layers::Network& network, const Tensor& pictures, const Tensor& labels,
                   double seconds, JobTimes& times) {
  network.train();
  optim::Sgd optimizer(network.parameters(), {.lr = 1e-4, .momentum = 0.9});
  Tensor loss;
  const auto forward = [&] { loss = cross_entropy(network(pictures), labels); };
  const auto descend = [&] { backward(loss); };
  const auto update = [&] {
    optimizer.step();
    optimizer.zero_grad();
  };
  const auto step = [&] { forward(), descend(), update(); };
  step();  // which makes the optimizer's state
  const Device device = pictures.device();
  times.step_peak = peak_of(device, step);
  std::vector<double> forwards, backwards, updates;
  for (double total = 0; std::ssize(forwards) < kLeast || total < seconds;
       total += forwards.back() + backwards.back() + updates.back()) {
    forwards.push_back(seconds_of(device, forward));
    backwards.push_back(seconds_of(device, descend));
    updates.push_back(seconds_of(device, update));
  }
  times.forward = median(forwards);
  times.backward = median(backwards);
  times.update = median(updates);
  const TraceScope scope(times.step_kernels);
  for (int64_t i = 0; i < kProfiled; ++i) step();
}

}  // namespace

JobTimes time_job(layers::Network& network, int64_t batch, double seconds) {
  const Device device = network.device();
  const Tensor pictures = to_device(random_pictures(network.preprocess, batch), device);
  JobTimes times;
  times.profiled = kProfiled;
  time_evaluation(network, pictures, seconds, times);
  const auto parameters = network.parameters();
  const bool trained =
      std::any_of(parameters.begin(), parameters.end(),
                  [](const NamedTensor& parameter) { return parameter.tensor.requires_grad(); });
  if (trained)
    time_training(network, pictures, to_device(labels_in_turn(network.classes(), batch), device),
                  seconds, times);
  return times;
}

}  // namespace graft::bench
