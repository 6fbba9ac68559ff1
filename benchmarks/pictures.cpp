// From JPEG to network input, in one thread: what a loader's worker does. The photographs are those
// of the test assets ($GRAFT_ASSETS, by default ../shared/assets beside the source tree); without
// them only the resize of a drawn picture is timed.
//
// The same work by Pillow and torchvision, for comparison (torch.set_num_threads(1)):
//   Compose([Resize(256), CenterCrop(224), ToTensor(), Normalize(mean, std)])(
//       Image.open(path).convert("RGB"))
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "graft/data/image_folder.h"
#include "graft/data/transforms.h"

namespace graft::data {
namespace {

std::unique_ptr<ImageFolder> photographs(Decoder decoder) {
  const char* root = std::getenv("GRAFT_ASSETS");
  const auto path =
      std::filesystem::path(root != nullptr ? root : GRAFT_DEFAULT_ASSETS) / "hymenoptera" / "val";
  if (!std::filesystem::exists(path)) return nullptr;
  return std::make_unique<ImageFolder>(path, Limits{}, decoder);
}

void time_photographs(benchmark::State& state, Decoder decoder) {
  if (!has_decoder(decoder)) return state.SkipWithError("decoder not built in");
  const auto folder = photographs(decoder);
  if (folder == nullptr) return state.SkipWithError("no photographs");
  Tensor batch = Tensor::empty({1, 224, 224, 3});
  int64_t i = 0;
  for (auto _ : state) {
    preprocess(folder->image(i), Preprocess{}, batch, 0);
    benchmark::DoNotOptimize(batch.raw_data());
    i = (i + 1) % folder->size();
  }
  state.SetItemsProcessed(state.iterations());
}

void time_resize(benchmark::State& state, ResizeFilter filter) {
  Image picture(375, 500, 3);
  for (size_t i = 0; i < picture.bytes(); ++i)
    picture.data()[i] = static_cast<uint8_t>(i * 2654435761u >> 24);
  Preprocess contract;
  contract.filter = filter;
  for (auto _ : state) benchmark::DoNotOptimize(prepare(picture, contract));
  state.SetItemsProcessed(state.iterations());
}

void time_normalise(benchmark::State& state) {
  const Image prepared(224, 224, 3);
  Tensor batch = Tensor::empty({1, 224, 224, 3});
  for (auto _ : state) {
    render(prepared, Preprocess{}, {}, {}, batch, 0);
    benchmark::DoNotOptimize(batch.raw_data());
  }
  state.SetItemsProcessed(state.iterations());
}

// 153 photographs an iteration of the folder: a fixed count, so that every run sees each equally.
BENCHMARK_CAPTURE(time_photographs, libraries, Decoder::Libraries)
    ->Name("pictures/jpeg_to_input/libjpeg")
    ->Iterations(612)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(time_photographs, stb, Decoder::Stb)
    ->Name("pictures/jpeg_to_input/stb")
    ->Iterations(612)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(time_resize, bilinear, ResizeFilter::Bilinear)
    ->Name("pictures/resize_256_crop_224/bilinear")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(time_resize, bicubic, ResizeFilter::Bicubic)
    ->Name("pictures/resize_256_crop_224/bicubic")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(time_normalise)->Name("pictures/normalise_224")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace graft::data
