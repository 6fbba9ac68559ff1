// What `graft tune` writes down in the folder of a run.
#pragma once

#include <string>
#include <vector>

#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/tuning_data.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/training/evaluate.h"
#include "graft/transfer/training/train_result.h"

namespace graft::cli {

/// run.json: all that the result depends on, paths in canonical form, and where it was computed.
transfer::Json config_json(const TuneOptions& options, const CommonOptions& common,
                           const TuningData& data, const LoadedNetwork& loaded,
                           const transfer::FreezeReport& frozen);

/// A line of metrics.jsonl.
transfer::Json epoch_event(const transfer::EpochResult& epoch);

/// What "measured_on" says where it is not the dev split.
inline constexpr const char* kMeasuredOnVal = "val";

/// result.json, and the last line of metrics.jsonl.
transfer::Json result_json(const transfer::TrainResult& result, const transfer::Evaluation& val,
                           const TuningData& data, DType precision, const std::string& out);

/// labels.txt: a class a line.
std::string label_lines(const std::vector<std::string>& labels);

/// bad_files.txt: a file a line, and what is wrong with it.
std::string bad_lines(const std::vector<data::SkippedFile>& bad);

}  // namespace graft::cli
