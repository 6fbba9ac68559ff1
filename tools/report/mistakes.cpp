#include "graft/tools/report/mistakes.h"

#include <algorithm>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/softmax.h"

namespace graft::report {

std::vector<Mistake> worst_mistakes(const Tensor& logits, const Tensor& labels, size_t count) {
  const NoGrad no_grad;
  const Tensor probabilities = softmax(logits), predicted = argmax(logits);
  const int64_t classes = logits.dim(1);
  std::vector<Mistake> mistakes;
  for (int64_t i = 0; i < labels.numel(); ++i) {
    const int64_t truth = labels.data<int64_t>()[i], guess = predicted.data<int64_t>()[i];
    if (truth != guess)
      mistakes.push_back(
          {i, truth, guess, static_cast<double>(probabilities.data<float>()[i * classes + guess])});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.confidence > b.confidence; });
  if (mistakes.size() > count) mistakes.resize(count);
  return mistakes;
}

}  // namespace graft::report
