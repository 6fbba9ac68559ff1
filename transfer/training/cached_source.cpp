#include "graft/transfer/training/cached_source.h"

#include <chrono>
#include <optional>
#include <utility>

#include "graft/core/autocast.h"
#include "graft/data/prepared_pictures.h"
#include "graft/transfer/training/resident_source.h"

namespace graft::transfer {

namespace {

std::string kibibytes(size_t bytes) { return std::to_string(bytes >> 10) + " KiB"; }

}  // namespace

CachedSource::CachedSource(layers::Network& network, const data::DatasetPtr& train_set,
                           const data::DatasetPtr& dev_set, const Preprocess& preprocess,
                           const TrainOptions& options, TrainObserver& observer)
    : network_(network),
      train_set_(train_set),
      dev_set_(dev_set),
      preprocess_(preprocess),
      options_(options),
      observer_(observer) {
  const size_t prefix = network_.fixed_prefix();
  if (!options_.cache_features)
    drop("off by request");
  else if (prefix == 0)
    drop("off: no frozen prefix");
  else if (options_.augment.random())
    drop("off: augmentation draws new pictures each epoch");
  else
    fill(prefix);
  observer_.on_note("feature cache " + note_);
}

void CachedSource::fill(size_t prefix) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  try {
    cache_ = features(prefix, train_set_);
    if (dev_set_) dev_cache_ = features(prefix, dev_set_);
    use(feature_source(*train_set_, *cache_, loader_options()));
    note_ = "holds the output of " + network_.stages()[prefix - 1].name;
  } catch (const Stopped&) {
    stopped_ = true;
    drop("off: stopped while it was filled");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Limit) throw;
    drop(std::string("off: ") + error.what());
  }
  seconds_ = std::chrono::duration<double>(Clock::now() - start).count();
}

std::unique_ptr<FeatureCache> CachedSource::features(size_t prefix,
                                                     const data::DatasetPtr& dataset) {
  const AutocastScope precision(options_.precision);
  return std::make_unique<FeatureCache>(
      network_, prefix, dataset, preprocess_, options_.batch, options_.cache_limit,
      [this](int64_t done, int64_t total) {
        observer_.on_progress({"features", 0, options_.epochs, done, total, 0, 0});
        if (observer_.should_stop()) throw Stopped{};
      });
}

void CachedSource::drop(std::string why) {
  use(pictures());
  cache_.reset();
  dev_cache_.reset();
  note_ = std::move(why);
}

std::unique_ptr<SampleSource> CachedSource::pictures() {
  std::unique_ptr<SampleSource> resident = resident_pictures();
  if (network_.device() != Device{}) observer_.on_note("pictures " + pictures_note_);
  return resident ? std::move(resident) : image_source(train_set_, preprocess_, loader_options());
}

// On a device, bytes that fit stay there; worth it if they are looked at twice. Null if not, and
// the note says why.
std::unique_ptr<SampleSource> CachedSource::resident_pictures() {
  const Device device = network_.device();
  const std::string from_host = "from the host: ";
  if (device == Device{} || options_.epochs < 2) {
    pictures_note_ = from_host + (device == Device{} ? "the network is there" : "a single epoch");
    return nullptr;
  }
  const std::optional<data::PreparedPictures> prepared =
      data::prepared_pictures(*train_set_, preprocess_, options_.augment, options_.picture_cache);
  if (!prepared) {
    pictures_note_ = from_host + "more than " + kibibytes(options_.picture_cache);
    return nullptr;
  }
  try {
    auto source = resident_source(train_set_, *prepared, preprocess_, loader_options(), device);
    pictures_note_ = "on the device: " + kibibytes(prepared->pixels.bytes());
    return source;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::OutOfMemory) throw;
    pictures_note_ = from_host + error.what();
    return nullptr;
  }
}

void CachedSource::use(std::unique_ptr<SampleSource> source) {
  const Device device = network_.device();
  source_ = device == Device{} ? std::move(source) : uploaded_source(std::move(source), device);
}

void CachedSource::drop_if_stale(int epoch, int64_t first_batch) {
  const AutocastScope precision(options_.precision);
  if (!cache_ || cache_->valid(network_)) return;
  drop("dropped: the prefix is no longer frozen");
  source_->start(static_cast<uint32_t>(epoch), first_batch);
  observer_.on_note("feature cache " + note_);
}

data::LoaderOptions CachedSource::loader_options() const {
  data::LoaderOptions loader;
  loader.batch_size = options_.batch;
  loader.seed = options_.seed;
  loader.shuffle = true;
  loader.workers = options_.workers;
  loader.cache_bytes = options_.picture_cache;
  loader.augment = options_.augment;
  // A single sample has no batch statistics.
  loader.drop_last = train_set_->size() > 1 && train_set_->size() % options_.batch == 1;
  return loader;
}

}  // namespace graft::transfer
