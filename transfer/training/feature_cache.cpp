#include "graft/transfer/training/feature_cache.h"

#include "graft/core/autocast.h"

namespace graft::transfer {
namespace {

std::vector<ContentMark> marks_of(layers::Network& network, size_t stages) {
  std::vector<ContentMark> marks;
  for (size_t i = 0; i < stages; ++i)
    for (layers::Module* module : network.stages()[i].modules)
      for (const NamedTensor& entry : module->named_tensors()) marks.emplace_back(entry.tensor);
  return marks;
}

}  // namespace

FeatureCache::FeatureCache(layers::Network& network, size_t prefix, const data::DatasetPtr& dataset,
                           const Preprocess& preprocess, int64_t batch, size_t limit,
                           const ProgressFunction& progress)
    : stages_(prefix),
      features_(run_over(network, prefix, dataset, preprocess, batch, progress, limit)),
      marks_(marks_of(network, prefix)),
      numerics_(numerics()),
      mixed_(AutocastScope::current()) {}

bool FeatureCache::valid(layers::Network& network) const {
  return network.fixed_prefix() >= stages_ && numerics_ == numerics() &&
         mixed_ == AutocastScope::current() && marks_of(network, stages_) == marks_;
}

}  // namespace graft::transfer
