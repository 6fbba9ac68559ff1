// graft eval: accuracy and loss of a network on labelled data.
#include <cstdio>
#include <iostream>

#include "graft/data/open_dataset.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/progress.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/training/evaluate.h"
#include "graft/transfer/weights/npy.h"

namespace graft::cli {

int run_eval(const EvalOptions& options, const CommonOptions& common) {
  choose_device(common);
  const LoadedNetwork loaded = load_network(options.source);
  const data::DataSource source = data::open_dataset(options.data);
  // A folder with train/ and val/ is measured on val/.
  const data::DatasetPtr dataset = source.val ? source.val : source.train;
  check(loaded.network->classes() >= dataset->class_count(), ErrorKind::Data, "eval: the data has ",
        dataset->class_count(), " classes, the network knows ", loaded.network->classes());
  const auto [logits, result] = [&] {
    ProgressLine line(common.quiet);
    return transfer::evaluate(*loaded.network, dataset, loaded.preprocess, options.batch,
                              [&](int64_t done, int64_t total) {
                                line.update({"evaluate", done, total, {}, {}});
                              });
  }();
  if (!options.logits.empty()) transfer::write_npy(options.logits, logits);
  if (common.json) {
    transfer::Json json = transfer::Json::object();
    json.set("schema", 1).set("accuracy", result.accuracy()).set("loss", result.loss);
    json.set("n", result.n).set("correct", result.correct);
    std::cout << transfer::write_json(json) << '\n';
  } else {
    std::printf("accuracy %.3f %% (%lld of %lld), loss %.5f\n", 100 * result.accuracy(),
                static_cast<long long>(result.correct), static_cast<long long>(result.n),
                result.loss);
  }
  return kDone;
}

}  // namespace graft::cli
