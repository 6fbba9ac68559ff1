#include "graft/transfer/evaluate.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/loss.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/data/loader.h"
#include "graft/transfer/eval_mode.h"

namespace graft::transfer {

Evaluation score(const Tensor& logits, const Tensor& labels) {
  const NoGrad no_grad;
  Evaluation result;
  result.n = labels.numel();
  if (result.n == 0) return result;
  result.loss = cross_entropy(logits, labels).item();
  const Tensor predicted = argmax(logits);
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
  const Tensor predicted = argmax(logits);
  for (int64_t i = 0; i < labels.numel(); ++i)
    ++matrix[static_cast<size_t>(labels.data<int64_t>()[i])]
            [static_cast<size_t>(predicted.data<int64_t>()[i])];
  return matrix;
}

}  // namespace graft::transfer
