// The page about a trained network: learning curves, confusion, worst mistakes as pictures.
#pragma once

#include <string>
#include <vector>

#include "graft/core/tensor.h"
#include "graft/data/dataset.h"
#include "graft/transfer/training/trainer.h"

namespace graft::report {

/// Training loss, and dev loss and accuracy where there are any, as charts.
std::string learning_curves(const std::vector<transfer::EpochResult>& history);

/// Confusion table (of more than 30 classes its largest errors) and the `count` worst mistakes,
/// from the logits of every sample of `dataset`.
std::string confusion_section(const Tensor& logits, const data::Dataset& dataset);
std::string mistakes_section(const Tensor& logits, const data::Dataset& dataset, size_t count);

}  // namespace graft::report
