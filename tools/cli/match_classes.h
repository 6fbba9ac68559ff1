// Which output of a network stands for which class of a data set.
#pragma once

#include <string>
#include <vector>

#include "graft/data/dataset.h"

namespace graft::cli {

struct MatchedClasses {
  data::DatasetPtr dataset;  ///< labels are outputs of the network
  std::string note;          ///< what a user should know about the match; often empty
  bool by_name = true;       ///< false: class i is output i
};

/// Classes are matched by name: they may stand in another order, or be some of the network's.
/// `labels` are the names of the network's `outputs` in order; where it has none, or the data has
/// numbers for names (IDX) that the network does not know, class i is output i.
///
/// Error(Data) naming a class that the network does not know, or an ambiguous one; Error(Argument)
/// with both counts where classes with names of their own meet another number of outputs without,
/// or the data has the more classes.
MatchedClasses match_classes(const data::DatasetPtr& dataset,
                             const std::vector<std::string>& labels, int64_t outputs);

}  // namespace graft::cli
