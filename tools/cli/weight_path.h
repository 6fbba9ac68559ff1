// Where weights are, for what users give: a weight file, or the folder of a run.
#pragma once

#include <string>

namespace graft::cli {

/// `path`, unless it is a folder: Error(Io) that says which file in it was meant.
const std::string& weight_file(const std::string& path);

/// The weights of a run; Error(Io) that says why there are none.
std::string weights_of_run(const std::string& folder);

/// Is the run of this folder still to be gone on with? Weights may be those of a run that it
/// replaces.
bool is_unfinished(const std::string& folder);

}  // namespace graft::cli
