// graft eval: accuracy and loss of a network on labelled data.
#include <cstdio>
#include <iostream>

#include "graft/data/open_dataset.h"
#include "graft/tools/cli/array_file.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/match_classes.h"
#include "graft/tools/cli/picture_set.h"
#include "graft/tools/cli/progress.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/training/evaluate.h"

namespace graft::cli {

int run_eval(const EvalOptions& options, const CommonOptions& common) {
  if (!options.logits.empty())
    check_array_file(options.logits, {options.source.weights, options.data});
  const LoadedNetwork loaded = load_network(options.source);
  loaded.network->to(common.run_on);
  const data::DataSource source = data::open_dataset(options.data);
  ProgressLine line(common.quiet);
  // A folder with train/ and val/ is measured on val/.
  const MatchedClasses matched = match_classes(source.val ? source.val : source.train,
                                               loaded.labels, loaded.network->classes());
  for (const std::string& note : loaded.report.notes) line.note("weights: " + note);
  for (const std::string& note : {source.note, matched.note})
    if (!note.empty()) line.note(note);
  const PictureSet pictures = check_pictures(matched.dataset, options.skip_bad, line);
  const auto [logits, result] =
      transfer::evaluate(*loaded.network, pictures.dataset, loaded.preprocess, options.batch,
                         [&](int64_t done, int64_t total) {
                           line.update({"evaluate", done, total, {}, {}});
                         });
  line.clear();
  if (!options.logits.empty()) write_array(options.logits, logits, *pictures.dataset);
  if (common.json) {
    transfer::Json json = transfer::Json::object();
    json.set("schema", 1).set("accuracy", result.accuracy()).set("loss", result.loss);
    json.set("n", result.n).set("correct", result.correct);
    json.set("classes_matched_by", matched.by_name ? "name" : "position");
    json.set("bad_files", pictures.bad.size());
    if (!options.logits.empty())
      json.set("logits", options.logits).set("rows", rows_file(options.logits));
    std::cout << transfer::write_json(json) << '\n';
  } else {
    std::printf("accuracy %.3f %% (%lld of %lld), loss %.5f\n", 100 * result.accuracy(),
                static_cast<long long>(result.correct), static_cast<long long>(result.n),
                result.loss);
  }
  return kDone;
}

}  // namespace graft::cli
