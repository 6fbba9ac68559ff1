#include "graft/data/loader.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "graft/core/error.h"
#include "graft/core/random.h"
#include "graft/data/epoch_batches.h"
#include "graft/data/picture_cache.h"
#include "graft/data/transforms.h"

namespace graft::data {
namespace {

// A batch in the making. Workers take its samples one by one.
struct Job {
  uint32_t epoch = 0;
  std::vector<int64_t> indices;
  Tensor images;
  std::vector<std::exception_ptr> errors;  // of each sample; null where all went well
  size_t taken = 0, done = 0;              // guarded by the loader's mutex

  bool finished() const { return done == indices.size(); }
};

}  // namespace

class Loader::Impl {
 public:
  Impl(DatasetPtr dataset, const Preprocess& contract, const LoaderOptions& options)
      : dataset_(std::move(dataset)),
        contract_(contract),
        options_(options),
        cache_(dataset_->size(), options.cache_bytes),
        batches_(dataset_->size(), options) {
    for (int i = 0; i < options_.workers; ++i)
      workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }

  ~Impl() {
    for (std::jthread& worker : workers_) worker.request_stop();  // all, before the first is joined
  }

  const Dataset& dataset() const { return *dataset_; }

  int64_t batches() const { return batches_.count(); }

  void start_epoch(uint32_t epoch, int64_t first_batch) {
    check(first_batch >= 0 && first_batch <= batches(), ErrorKind::Argument, "loader: no batch ",
          first_batch, " of ", batches());
    {
      std::lock_guard lock(mutex_);
      jobs_.clear();  // workers keep what they are at alive
    }
    batches_.start(epoch, first_batch);
    queue_jobs();
  }

  bool next(Batch& batch) {
    queue_jobs();
    const std::shared_ptr<Job> job = wait_for_job();
    if (!job) return false;
    queue_jobs();  // keeps the workers busy while the batch is used
    finish(*job, batch);
    return true;
  }

 private:
  // Keeps 1 + prefetch batches in the making (one where there are no workers).
  void queue_jobs() {
    const size_t ahead = workers_.empty() ? 1 : 1 + static_cast<size_t>(options_.prefetch);
    while (jobs_.size() < ahead) {
      auto job = std::make_shared<Job>();
      job->epoch = batches_.epoch();
      job->indices = batches_.next();
      if (job->indices.empty()) return;
      job->errors.resize(job->indices.size());
      job->images = Tensor::empty({static_cast<int64_t>(job->indices.size()), contract_.crop_height,
                                   contract_.crop_width, contract_.channels()});
      std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
      work_waits_.notify_all();
    }
  }

  // The oldest batch, complete, taken off the queue; null at the end of the epoch.
  std::shared_ptr<Job> wait_for_job() {
    std::unique_lock lock(mutex_);
    if (jobs_.empty()) return nullptr;
    const std::shared_ptr<Job> job = jobs_.front();
    if (workers_.empty()) {
      lock.unlock();
      for (size_t i = 0; i < job->indices.size(); ++i) load_sample(*job, i);
      lock.lock();
    } else {
      job_done_.wait(lock, [&] { return job->finished(); });
    }
    jobs_.pop_front();
    return job;
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
      std::shared_ptr<Job> job;
      if (!work_waits_.wait(lock, stop, [&] { return (job = unfinished_job()) != nullptr; }))
        return;
      const size_t sample = job->taken++;
      lock.unlock();
      load_sample(*job, sample);
      lock.lock();
      if (++job->done == job->indices.size()) job_done_.notify_all();
    }
  }

  std::shared_ptr<Job> unfinished_job() const {
    for (const auto& job : jobs_)
      if (job->taken < job->indices.size()) return job;
    return nullptr;
  }

  void load_sample(Job& job, size_t i) noexcept {
    try {
      const int64_t sample = job.indices[i];
      const RandomKey key{options_.seed, Purpose::Augment, job.epoch,
                          static_cast<uint64_t>(sample)};
      std::shared_ptr<const PicturePart> picture = cache_.find(sample);
      if (!picture) picture = load_picture(sample, key);
      render(*picture, contract_, options_.augment, key, job.images, static_cast<int64_t>(i));
    } catch (...) {
      job.errors[i] = std::current_exception();
    }
  }

  // Prepared for all keys if it can be kept or that takes no more than this one.
  std::shared_ptr<const PicturePart> load_picture(int64_t sample, const RandomKey& key) {
    bool keep = true;  // what comes whole without a choice is good for all
    const auto choose = [&](const Size2d& size) {
      const Box all = part_to_prepare(size, contract_, options_.augment);
      const Box one = part_to_render(size, contract_, options_.augment, key);
      const auto bytes = static_cast<uint64_t>(all.height * all.width * contract_.channels());
      keep = one == all || cache_.has_room(bytes);
      return keep ? all : one;
    };
    auto picture = std::make_shared<const PicturePart>(
        prepare(dataset_->part(sample, choose), contract_, options_.augment));
    if (keep) cache_.keep(sample, picture);
    return picture;
  }

  // Turns a finished job into a batch; throws the error of its first bad sample.
  void finish(Job& job, Batch& batch) {
    for (const std::exception_ptr& error : job.errors)
      if (error) std::rethrow_exception(error);
    batch.labels = Tensor::empty({static_cast<int64_t>(job.indices.size())}, DType::I64);
    for (size_t i = 0; i < job.indices.size(); ++i)
      batch.labels.data<int64_t>()[i] = dataset_->label(job.indices[i]);
    batch.indices = std::move(job.indices);
    batch.images = std::move(job.images);
  }

  const DatasetPtr dataset_;
  const Preprocess contract_;
  const LoaderOptions options_;
  PictureCache cache_;

  EpochBatches batches_;  // only the thread that uses the loader touches it

  std::mutex mutex_;
  std::condition_variable_any work_waits_;
  std::condition_variable job_done_;
  std::deque<std::shared_ptr<Job>> jobs_;  // in the order of their batches
  std::vector<std::jthread> workers_;      // last: they end before anything they use
};

Loader::Loader(DatasetPtr dataset, const Preprocess& contract, const LoaderOptions& options) {
  check(dataset != nullptr && dataset->size() > 0, ErrorKind::Argument, "loader: empty dataset");
  check(options.batch_size > 0 && options.workers >= 0 && options.prefetch >= 0,
        ErrorKind::Argument, "loader: batch size ", options.batch_size, ", workers ",
        options.workers, ", prefetch ", options.prefetch);
  impl_ = std::make_unique<Impl>(std::move(dataset), contract, options);
}

Loader::~Loader() = default;
int64_t Loader::batches() const { return impl_->batches(); }
const Dataset& Loader::dataset() const { return impl_->dataset(); }
void Loader::start_epoch(uint32_t epoch, int64_t first_batch) {
  impl_->start_epoch(epoch, first_batch);
}
bool Loader::next(Batch& batch) { return impl_->next(batch); }

}  // namespace graft::data
