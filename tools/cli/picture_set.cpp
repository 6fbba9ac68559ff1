#include "graft/tools/cli/picture_set.h"

#include <algorithm>
#include <utility>

#include "graft/core/error.h"
#include "graft/core/text.h"
#include "graft/core/utf8.h"
#include "graft/data/dataset_view.h"
#include "graft/data/readable.h"
#include "graft/data/subset.h"

namespace graft::cli {
namespace {

template <class Read>
auto with_advice(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (!data::is_of_one_sample(error.kind())) throw;
    fail(error.kind(), error.what(), "; --skip-bad leaves out what cannot be read");
  }
}

class WithAdvice final : public data::DatasetView {
 public:
  explicit WithAdvice(data::DatasetPtr whole) : DatasetView(std::move(whole)) {}

  data::Image image(int64_t i) const override {
    return with_advice([&] { return whole().image(i); });
  }
  data::PicturePart part(int64_t i, const data::ChoosePart& choose) const override {
    return with_advice([&] { return whole().part(i, choose); });
  }
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
