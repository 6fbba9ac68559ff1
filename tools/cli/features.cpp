// graft features: the output of a layer for every sample, as a .npy file.
#include <cstdio>
#include <iostream>
#include <sstream>

#include "graft/core/ops/cast.h"
#include "graft/data/open_dataset.h"
#include "graft/tools/cli/array_file.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/picture_set.h"
#include "graft/tools/cli/progress.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/training/evaluate.h"

namespace graft::cli {

int run_features(const FeaturesOptions& options, const CommonOptions& common) {
  check_array_file(options.out, {options.source.weights, options.data});
  const LoadedNetwork loaded = load_network(options.source);
  layers::Network& network = *loaded.network;
  network.to(common.run_on);
  const size_t end =
      options.at.empty() ? network.head_stage() : network.stage_range(options.at).second;
  Tensor features;
  PictureSet pictures;
  {
    ProgressLine line(common.quiet);
    pictures = check_pictures(data::open_dataset(options.data).train, options.skip_bad, line);
    features = transfer::run_over(network, end, pictures.dataset, loaded.preprocess, options.batch,
                                  [&](int64_t done, int64_t total) {
                                    line.update({"features", done, total, {}, {}});
                                  });
  }
  features = cast(features, DType::F32);  // NumPy has no bf16
  write_array(options.out, features, *pictures.dataset);
  std::ostringstream shape;
  shape << features.shape();
  if (common.json) {
    transfer::Json json = transfer::Json::object(), extents = transfer::Json::array();
    for (const int64_t extent : features.shape()) extents.push(extent);
    json.set("schema", 1).set("shape", std::move(extents)).set("file", options.out);
    json.set("rows", rows_file(options.out));
    transfer::Json left_out = transfer::Json::array();  // the samples that have no row
    for (const data::SkippedFile& file : pictures.bad) left_out.push(file.path);
    json.set("bad_files", pictures.bad.size()).set("left_out", std::move(left_out));
    json.set("at", end == 0 ? "input" : network.stages()[end - 1].name);
    std::cout << transfer::write_json(json) << '\n';
  } else {
    std::cout << options.out << ": " << shape.str() << "; rows: " << rows_file(options.out) << '\n';
  }
  return kDone;
}

}  // namespace graft::cli
