// Measuring a network on labelled data.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/core/tensor.h"
#include "graft/data/dataset.h"
#include "graft/layers/network.h"

namespace graft::transfer {

struct Evaluation {
  int64_t n = 0;
  int64_t correct = 0;
  double loss = 0;  ///< mean cross entropy, in nats
  double accuracy() const { return n ? static_cast<double>(correct) / static_cast<double>(n) : 0; }
};

/// Accuracy and loss of logits [n, classes], of any floating type and on any device, against labels
/// i64 [n] of the host.
Evaluation score(const Tensor& logits, const Tensor& labels);

/// Called after each batch with samples done and in all.
using ProgressFunction = std::function<void(int64_t done, int64_t total)>;

/// The result of the first `to` stages of a network (0: its input) for every sample of a data set,
/// in the order of the set: [n, ...], in host memory. They run where the network is, in evaluation
/// mode without gradients, in the precision of the caller's AutocastScope, which may be the type of
/// the result; modes are restored afterwards. Error(Limit) if the result would exceed `limit`
/// bytes.
Tensor run_over(layers::Network& network, size_t to, const data::DatasetPtr& dataset,
                const Preprocess& preprocess, int64_t batch, const ProgressFunction& progress = {},
                size_t limit = SIZE_MAX);
/// The logits of features [n, ...] that are the input of stage `from`; otherwise as run_over().
Tensor run_on_features(layers::Network& network, size_t from, const Tensor& features,
                       int64_t batch);

/// The labels of a data set, i64 [n].
Tensor labels_of(const data::Dataset& dataset);

/// Every answer of a network on a data set, and what they are worth.
struct Evaluated {
  Tensor logits;  ///< f32 [n, classes], in the order of the set
  Evaluation score;
};

/// Logits and score of a network on a data set. Modes are restored afterwards.
Evaluated evaluate(layers::Network& network, const data::DatasetPtr& dataset,
                   const Preprocess& preprocess, int64_t batch,
                   const ProgressFunction& progress = {});

/// One row per true class, one column per predicted class. Error(Argument) for a label outside of
/// the logits' classes.
std::vector<std::vector<int64_t>> confusion_matrix(const Tensor& logits, const Tensor& labels);

}  // namespace graft::transfer
