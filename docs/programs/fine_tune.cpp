// Chapter 3: fine-tunes a pretrained network on a folder of photographs: fine_tune PHOTOS MODEL
// WEIGHTS OUT.
#include <cstdio>

#include "graft/data/open_dataset.h"
#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/metadata.h"
#include "graft/transfer/state.h"
#include "graft/transfer/training/trainer.h"

int main(int argc, char** argv) try {
  if (argc != 5) return std::fprintf(stderr, "usage: fine_tune PHOTOS MODEL WEIGHTS OUT\n"), 2;
  using namespace graft;
  const data::DataSource photos = data::open_dataset(argv[1]);  // holds train/ and val/
  const transfer::WeightFile published = transfer::read_weights(argv[3]);
  const std::string variant = transfer::read_model_options(published.metadata);
  const auto network = models::make_model(argv[2], {.variant = variant});
  transfer::load_state(network->named_tensors(), published);
  // How pictures become inputs: as the file says, else as the published weights expect it.
  const Preprocess contract =
      transfer::read_preprocess(published.metadata).value_or(network->preprocess);
  network->reset_head(photos.train->class_count(), /*seed=*/0);
  transfer::freeze(*network, "trunk");
  const auto result =
      transfer::train(*network, photos.train, photos.val, contract, {.epochs = 20, .lr = 0.05});
  if (result.dev) std::printf("%.1f %% right\n", 100 * result.dev->accuracy());
  transfer::Metadata about;  // without it nobody could use the weights
  transfer::write_model(about, argv[2], variant);
  transfer::write_preprocess(about, contract);
  transfer::write_labels(about, photos.train->class_names());
  transfer::write_weights(argv[4], transfer::to_weight_file(network->named_tensors(), about));
} catch (const graft::Error& error) {
  std::fprintf(stderr, "fine_tune: %s\n", error.what());
  return 1;
}
