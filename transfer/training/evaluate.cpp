#include "graft/transfer/training/evaluate.h"

#include <algorithm>
#include <utility>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/cast.h"
#include "graft/core/ops/loss.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/to_device.h"
#include "graft/data/loader.h"
#include "graft/transfer/training/mode_guards.h"
#include "graft/transfer/training/uploader.h"

namespace graft::transfer {

namespace {

// In host memory, of a type that the CPU computes in.
Tensor for_host(const Tensor& logits) {
  const Tensor here = to_device(logits, Device{});
  return computes_in(Device{}, here.dtype()) ? here : cast(here, DType::F32);
}

}  // namespace

Evaluation score(const Tensor& logits, const Tensor& labels) {
  const NoGrad no_grad;
  Evaluation result;
  result.n = labels.numel();
  if (result.n == 0) return result;
  const Tensor on_host = for_host(logits);
  result.loss = cross_entropy(on_host, labels).item();
  const Tensor predicted = argmax(on_host);
  for (int64_t i = 0; i < result.n; ++i)
    result.correct += predicted.data<int64_t>()[i] == labels.data<int64_t>()[i];
  return result;
}

Tensor labels_of(const data::Dataset& dataset) {
  Tensor labels = Tensor::empty({dataset.size()}, DType::I64);
  for (int64_t i = 0; i < dataset.size(); ++i) labels.data<int64_t>()[i] = dataset.label(i);
  return labels;
}

std::vector<std::vector<int64_t>> confusion_matrix(const Tensor& logits, const Tensor& labels) {
  const auto classes = static_cast<size_t>(logits.dim(-1));
  std::vector<std::vector<int64_t>> matrix(classes, std::vector<int64_t>(classes));
  const Tensor predicted = argmax(for_host(logits.detach()));
  check(predicted.shape() == labels.shape(), ErrorKind::Shape, "confusion_matrix: logits ",
        logits.shape(), " for labels ", labels.shape());
  for (int64_t i = 0; i < labels.numel(); ++i) {
    const int64_t label = labels.data<int64_t>()[i];
    check(label >= 0 && label < logits.dim(-1), ErrorKind::Argument, "confusion_matrix: label ",
          label, " of sample ", i, " is not in 0..", logits.dim(-1) - 1);
    ++matrix[static_cast<size_t>(label)][static_cast<size_t>(predicted.data<int64_t>()[i])];
  }
  return matrix;
}

namespace {

// Collects the results of batches into one tensor of the host, which is made when the first one
// shows its shape.
class Collector {
 public:
  Collector(int64_t samples, size_t limit) : samples_(samples), limit_(limit) {}

  void add(const Tensor& part) {
    if (!all_.defined()) {
      Shape shape = part.shape();
      shape[0] = samples_;
      const size_t bytes = static_cast<size_t>(shape.numel()) * size_of(part.dtype());
      check(bytes <= limit_, ErrorKind::Limit, "features: ", samples_, " results ", shape, " need ",
            bytes, " bytes, the limit is ", limit_);
      all_ = Tensor::empty(shape, part.dtype());
    }
    slice(all_, 0, filled_, filled_ + part.dim(0)).copy_(part);
    filled_ += part.dim(0);
  }
  int64_t filled() const { return filled_; }
  Tensor result() const { return all_; }

 private:
  int64_t samples_, filled_ = 0;
  size_t limit_;
  Tensor all_;
};

// Runs stages from..to-1 where the network is, over the batches that `next` hands out until it has
// an undefined one. The next batch is fetched and sent while a device is busy with the one before.
template <class Next>
void run_batches(layers::Network& network, size_t from, size_t to, const Next& next,
                 Collector& collector, const std::function<void()>& progress) {
  Uploader uploader(network.device());
  const auto fetch = [&] {
    if (const Tensor batch = next(); batch.defined()) uploader.push({batch});
  };
  fetch();
  while (!uploader.empty()) {
    const Tensor result = network.run(uploader.pop().front(), from, to);
    fetch();
    collector.add(result);
    progress();
  }
}

}  // namespace

Tensor run_over(layers::Network& network, size_t to, const data::DatasetPtr& dataset,
                const Preprocess& preprocess, int64_t batch, const ProgressFunction& progress,
                size_t limit) {
  const EvalMode eval_mode(network);
  data::LoaderOptions options;
  options.batch_size = batch;
  options.workers = 1;
  data::Loader loader(dataset, preprocess, options);
  loader.start_epoch(0);
  Collector collector(dataset->size(), limit);
  const auto next = [&] {
    data::Batch pictures;
    return loader.next(pictures) ? pictures.images : Tensor();
  };
  run_batches(network, 0, to, next, collector, [&] {
    if (progress) progress(collector.filled(), dataset->size());
  });
  return collector.result();
}

Tensor run_on_features(layers::Network& network, size_t from, const Tensor& features,
                       int64_t batch) {
  const EvalMode eval_mode(network);
  Collector collector(features.dim(0), SIZE_MAX);
  int64_t begin = 0;
  const auto next = [&] {
    if (begin == features.dim(0)) return Tensor();
    const int64_t end = std::min(begin + batch, features.dim(0));
    return slice(features, 0, std::exchange(begin, end), end);
  };
  run_batches(network, from, network.stages().size(), next, collector, [] {});
  return collector.result();
}

Evaluated evaluate(layers::Network& network, const data::DatasetPtr& dataset,
                   const Preprocess& preprocess, int64_t batch, const ProgressFunction& progress) {
  const Tensor logits =
      for_host(run_over(network, network.stages().size(), dataset, preprocess, batch, progress));
  return {logits, score(logits, labels_of(*dataset))};
}

}  // namespace graft::transfer
