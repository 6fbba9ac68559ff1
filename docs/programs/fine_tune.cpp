// Chapter 3: fine-tunes a pretrained network on a folder of photographs: fine_tune PHOTOS MODEL
// WEIGHTS OUT.
#include <cstdio>

#include "graft/data/open_dataset.h"
#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/load_network.h"
#include "graft/transfer/training/trainer.h"

int main(int argc, char** argv) try {
  if (argc != 5) return std::fprintf(stderr, "usage: fine_tune PHOTOS MODEL WEIGHTS OUT\n"), 2;
  using namespace graft;
  const data::DataSource photos = data::open_dataset(argv[1]);  // holds train/ and val/
  // With the head, the number of classes and the preprocess contract that belong to the weights.
  transfer::LoadedNetwork loaded = transfer::load_network(argv[3], models::make_blank, argv[2]);
  layers::Network& network = *loaded.network;
  network.reset_head(photos.train->class_count(), /*seed=*/0);
  transfer::freeze(network, "trunk");
  const auto result = transfer::train(network, photos.train, photos.val, loaded.preprocess,
                                      {.epochs = 20, .lr = 0.05});
  if (result.dev)
    std::printf("%.1f %% right\n", 100 * result.dev->accuracy());
  else
    std::printf("%s has no val/: nothing was measured\n", argv[1]);
  loaded.labels = photos.train->class_names();  // without metadata nobody could use the weights
  transfer::write_weights(argv[4],
                          transfer::to_weight_file(network.named_tensors(), loaded.metadata()));
} catch (const graft::Error& error) {
  std::fprintf(stderr, "fine_tune: %s\n", error.what());
  return 1;
}
