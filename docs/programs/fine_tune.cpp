// Fine-tunes a pretrained network on a folder of photographs: fine_tune PHOTOS WEIGHTS OUT.
#include <cstdio>

#include "graft/data/open_dataset.h"
#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/state.h"
#include "graft/transfer/trainer.h"

int main(int argc, char** argv) try {
  using namespace graft;
  if (argc != 4) return std::fprintf(stderr, "usage: fine_tune PHOTOS WEIGHTS OUT\n"), 2;
  const auto photos = data::open_dataset(argv[1]);
  const auto network = models::make_model("resnet18");
  transfer::load_state(network->named_tensors(), transfer::read_weights(argv[2]));
  network->reset_head(static_cast<int64_t>(photos.train->class_names().size()), /*seed=*/0);
  transfer::freeze(*network, "trunk");
  const auto result = transfer::train(*network, photos.train, photos.val, network->preprocess,
                                      {.epochs = 20, .lr = 0.05});
  std::printf("%.1f %% of %lld right\n", 100 * result.dev->accuracy(),
              static_cast<long long>(result.dev->n));
  transfer::save_state(*network, argv[3]);
} catch (const graft::Error& error) {
  std::fprintf(stderr, "fine_tune: %s\n", error.what());
  return 1;
}
