// The demo's result, as a table for a terminal and as a page for a browser.
#pragma once

#include <string>

#include "graft/tools/demo/experiment.h"

namespace graft::demo {

/// A line per method: accuracy on the test pictures with its deviation, and the gain over training
/// from scratch with its 95 % interval.
std::string text_table(const ExperimentResult& result);

/// Self-contained: samples of both tasks, the table, learning curves, confusion matrix and the
/// worst mistakes of the best method.
std::string html_report(const ExperimentResult& result, const ExperimentOptions& options);

}  // namespace graft::demo
