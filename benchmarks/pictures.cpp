#include "graft/benchmarks/pictures.h"

#include <filesystem>
#include <functional>
#include <iomanip>
#include <memory>
#include <ostream>

#include "graft/benchmarks/timing.h"
#include "graft/core/error.h"
#include "graft/core/parallel.h"
#include "graft/data/image_folder.h"
#include "graft/data/loader.h"
#include "graft/data/transforms.h"
#include "support/asset_folder.h"

namespace graft::bench {
namespace {

using namespace graft::data;

constexpr Repeat kRepeat{.min_seconds = 0.5};

DatasetPtr photographs(Decoder decoder) {
  const std::filesystem::path path = testing::asset_folder() / "hymenoptera" / "val";
  if (!std::filesystem::exists(path)) return nullptr;
  return std::make_shared<ImageFolder>(path, Limits{}, decoder);
}

void print(std::ostream& out, const char* name, double seconds) {
  out << std::left << std::setw(36) << name << std::right << std::fixed << std::setprecision(3)
      << std::setw(9) << seconds * 1e3 << " ms\n";
}

// A call is an epoch: every run sees each photograph equally.
Seconds time_epochs(const DatasetPtr& folder, int workers, double min_seconds) {
  LoaderOptions options;
  options.workers = workers;
  Loader loader(folder, Preprocess{}, options);
  return time_calls({.min_seconds = min_seconds}, [&] {
    loader.start_epoch(0);
    for (Batch batch; loader.next(batch);) {
    }
  });
}

void time_photographs(std::ostream& out, const char* name, Decoder decoder) {
  const DatasetPtr folder = has_decoder(decoder) ? photographs(decoder) : nullptr;
  if (!folder) {
    out << std::left << std::setw(36) << name << " skipped: no decoder or no photographs\n";
    return;
  }
  print(out, name,
        time_epochs(folder, 0, kRepeat.min_seconds).median / static_cast<double>(folder->size()));
}

void time_resize(std::ostream& out, const char* name, ResizeFilter filter) {
  Image picture(375, 500, 3);
  for (size_t i = 0; i < picture.bytes(); ++i)
    picture.data()[i] = static_cast<uint8_t>(i * 2654435761u >> 24);
  Preprocess contract;
  contract.filter = filter;
  print(out, name, time_calls(kRepeat, [&] { prepare(picture, contract); }).median);
}

void time_normalise(std::ostream& out, const char* name) {
  const Image prepared(224, 224, 3);
  Tensor batch = Tensor::empty({1, 224, 224, 3});
  const auto once = [&] { render(prepared, Preprocess{}, {}, {}, batch, 0); };
  print(out, name, time_calls(kRepeat, once).median);
}

}  // namespace

Seconds time_folder(const std::string& folder, data::Decoder decoder, double min_seconds) {
  check(has_decoder(decoder), ErrorKind::Argument, "graft_bench: this build lacks that decoder");
  const int workers = num_threads() > 1 ? num_threads() : 0;
  return time_epochs(std::make_shared<ImageFolder>(folder, Limits{}, decoder), workers,
                     min_seconds);
}

void time_pictures(std::ostream& out) {
  time_photographs(out, "pictures/jpeg_to_input/libjpeg", Decoder::Libraries);
  time_photographs(out, "pictures/jpeg_to_input/stb", Decoder::Stb);
  time_resize(out, "pictures/resize_256_crop_224/bilinear", ResizeFilter::Bilinear);
  time_resize(out, "pictures/resize_256_crop_224/bicubic", ResizeFilter::Bicubic);
  time_normalise(out, "pictures/normalise_224");
}

}  // namespace graft::bench
