#include "graft/tools/cli/picture_set.h"

#include <algorithm>
#include <utility>

#include "graft/core/error.h"
#include "graft/core/text.h"
#include "graft/core/utf8.h"
#include "graft/data/readable.h"
#include "graft/data/subset.h"

namespace graft::cli {
namespace {

template <typename Read>
auto with_advice(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (!data::is_of_one_sample(error.kind())) throw;
    fail(error.kind(), error.what(), "; --skip-bad leaves out what cannot be read");
  }
}

class WithAdvice final : public data::Dataset {
 public:
  explicit WithAdvice(data::DatasetPtr whole) : whole_(std::move(whole)) {}

  int64_t size() const override { return whole_->size(); }
  const std::vector<std::string>& class_names() const override { return whole_->class_names(); }
  int64_t label(int64_t i) const override { return whole_->label(i); }
  std::string id(int64_t i) const override { return whole_->id(i); }
  std::string content_hash(int64_t i) const override { return whole_->content_hash(i); }
  std::string fingerprint(int64_t i) const override { return whole_->fingerprint(i); }
  data::Image image(int64_t i) const override {
    return with_advice([&] { return whole_->image(i); });
  }
  data::PicturePart part(int64_t i, const data::ChoosePart& choose) const override {
    return with_advice([&] { return whole_->part(i, choose); });
  }

 private:
  data::DatasetPtr whole_;
};

}  // namespace

PictureSet check_pictures(data::DatasetPtr all, bool skip_bad, ProgressLine& line) {
  if (!skip_bad) return {std::make_shared<WithAdvice>(std::move(all)), {}};
  data::Readable readable = data::find_readable(*all, [&](int64_t done, int64_t total) {
    line.update({"check pictures", done, total, {}, {}});
  });
  check(!readable.indices.empty(), ErrorKind::Data, "none of the ", all->size(),
        " pictures can be read; the first: ",
        readable.bad.empty() ? std::string() : readable.bad.front().reason);
  if (!readable.bad.empty()) line.note(describe_bad(readable.bad));
  return {std::make_shared<data::Subset>(std::move(all), std::move(readable.indices)),
          std::move(readable.bad)};
}

std::string describe_bad(const std::vector<data::SkippedFile>& bad) {
  constexpr size_t kShown = 5;
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(bad.size(), kShown); ++i) names.push_back(one_line(bad[i].path));
  if (bad.size() > kShown) names.emplace_back("...");
  return std::to_string(bad.size()) +
         (bad.size() == 1 ? " picture cannot be read and is left out: "
                          : " pictures cannot be read and are left out: ") +
         join(names, ", ");
}

}  // namespace graft::cli
