#include "graft/data/readable.h"

#include <algorithm>
#include <utility>

#include "graft/core/parallel.h"

namespace graft::data {
namespace {

constexpr int64_t kBetweenReports = 64;  // samples

// "" if the sample can be read.
std::string fault_of(const Dataset& dataset, int64_t i) {
  try {
    dataset.image(i);
  } catch (const Error& error) {
    if (!is_of_one_sample(error.kind())) throw;
    return error.what();
  }
  return {};
}

}  // namespace

bool is_of_one_sample(ErrorKind kind) {
  return kind == ErrorKind::Data || kind == ErrorKind::Io || kind == ErrorKind::Limit;
}

Readable find_readable(const Dataset& dataset,
                       const std::function<void(int64_t done, int64_t total)>& progress) {
  Readable result;
  for (int64_t begin = 0; begin < dataset.size(); begin += kBetweenReports) {
    const int64_t count = std::min(kBetweenReports, dataset.size() - begin);
    std::vector<std::string> faults(static_cast<size_t>(count));
    parallel_for(count, [&](int64_t i, int) {
      faults[static_cast<size_t>(i)] = fault_of(dataset, begin + i);
    });
    for (int64_t i = 0; i < count; ++i) {
      std::string& fault = faults[static_cast<size_t>(i)];
      if (fault.empty())
        result.indices.push_back(begin + i);
      else
        result.bad.push_back({dataset.id(begin + i), std::move(fault)});
    }
    if (progress) progress(begin + count, dataset.size());
  }
  return result;
}

}  // namespace graft::data
