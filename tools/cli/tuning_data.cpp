#include "graft/tools/cli/tuning_data.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "graft/core/error.h"
#include "graft/core/text.h"
#include "graft/core/utf8.h"
#include "graft/data/open_dataset.h"
#include "graft/data/relabelled.h"
#include "graft/data/sampling.h"
#include "graft/data/subset.h"
#include "graft/tools/cli/paths.h"
#include "graft/tools/cli/picture_set.h"

namespace graft::cli {
namespace {

// The first `per_class` samples of each class in the order that the seed gives.
data::DatasetPtr few_per_class(const data::DatasetPtr& all, int64_t per_class, uint64_t seed) {
  std::vector<int64_t> taken(static_cast<size_t>(all->class_count())), kept;
  for (const int64_t i : data::permutation(all->size(), {seed, Purpose::Split, 1, 0}))
    if (taken[static_cast<size_t>(all->label(i))]++ < per_class) kept.push_back(i);
  return std::make_shared<data::Subset>(all, std::move(kept));
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// Inside a folder of class folders the run would be a class of the next one.
void check_out_apart(const std::string& out, const std::string& path,
                     const data::DataSource& source) {
  namespace fs = std::filesystem;
  const fs::path run = canonical_path(out), whole = canonical_path(path);
  for (const fs::path& folder :
       source.val ? std::vector{whole / "train", whole / "val"} : std::vector{whole})
    check(std::ranges::mismatch(folder, run).in1 != folder.end(), ErrorKind::Argument,
          "tune: ", out, " lies in the data, ", folder.string(), "; give another --out");
}

// Class folders hold a picture each, but perhaps no readable one.
void check_classes_left(const data::Dataset& dataset) {
  std::vector<bool> seen(static_cast<size_t>(dataset.class_count()));
  for (int64_t i = 0; i < dataset.size(); ++i) seen[static_cast<size_t>(dataset.label(i))] = true;
  for (size_t i = 0; i < seen.size(); ++i)
    check(seen[i], ErrorKind::Data, "tune: --skip-bad leaves no picture of the class '",
          dataset.class_names()[i], "'");
}

}  // namespace

TuningData open_tuning_data(const TuneOptions& options, uint64_t seed, ProgressLine& line) {
  const data::DataSource source = data::open_dataset(options.data);
  check_out_apart(options.out, options.data, source);
  data::RelabelledByName val{source.val, source.note};
  data::DatasetPtr whole = source.train;
  if (!options.val.empty()) {
    const data::DataSource other = data::open_dataset(options.val);
    check_out_apart(options.out, options.val, other);
    val = data::relabel_by_name("tune", other.val ? other.val : other.train, options.val, *whole,
                                options.data);
  }
  if (!val.note.empty()) line.note(val.note);
  check(whole->class_count() > 1, ErrorKind::Data, "tune: ", options.data,
        ": one class: nothing to tell apart");
  const double dev = options.dev.value_or(val.dataset ? 0.0 : 0.2);
  check(val.dataset || dev > 0, ErrorKind::Argument,
        "tune: nothing to measure on: give --val, or --dev above 0");
  check(options.train.patience == 0 || dev > 0, ErrorKind::Argument,
        "tune: --patience waits for gains on a share of the training data: give --dev above 0");

  TuningData result;
  const auto checked = [&](const data::DatasetPtr& all) {
    append(result.ignored, all->skipped());
    PictureSet pictures = check_pictures(all, options.skip_bad, line);
    append(result.bad, pictures.bad);
    return pictures.dataset;
  };
  whole = checked(whole);
  if (!result.bad.empty()) check_classes_left(*whole);
  result.train = whole;
  if (dev > 0) {
    const data::Split split = data::stratified_split(
        *whole, dev, seed,
        options.group_duplicates ? data::Duplicates::KeepTogether : data::Duplicates::Ignore);
    check(!split.dev.empty(), ErrorKind::Data, "tune: ", options.data,
          ": nothing for the dev split: no class has two ",
          options.group_duplicates ? "different samples" : "samples");
    result.train = std::make_shared<data::Subset>(whole, split.train);
    result.dev = std::make_shared<data::Subset>(whole, split.dev);
  }
  if (options.per_class > 0) result.train = few_per_class(result.train, options.per_class, seed);
  result.val = val.dataset ? checked(val.dataset) : result.dev;
  return result;
}

std::string describe(const TuningData& data) {
  constexpr size_t kClassesShown = 10, kFilesShown = 3;
  std::string text = "data: " + std::to_string(data.train->size()) + " train, ";
  if (data.dev) text += std::to_string(data.dev->size()) + " dev, ";
  if (data.val != data.dev) text += std::to_string(data.val->size()) + " val, ";
  text.replace(text.size() - 2, 2, " samples; ");
  text += std::to_string(data.train->class_count()) + " classes";
  if (data.train->class_names().size() <= kClassesShown)
    text += ": " + one_line(join(data.train->class_names(), ", "));
  if (data.ignored.empty()) return text;

  std::vector<std::string> files;
  for (size_t i = 0; i < std::min(data.ignored.size(), kFilesShown); ++i)
    files.push_back(data.ignored[i].path + ": " + data.ignored[i].reason);
  if (data.ignored.size() > kFilesShown) files.emplace_back("...");
  return text + "; " + std::to_string(data.ignored.size()) +
         (data.ignored.size() == 1 ? " file ignored (" : " files ignored (") +
         one_line(join(files, "; ")) + ")";
}

}  // namespace graft::cli
