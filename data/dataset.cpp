#include "graft/data/dataset.h"

#include <span>

#include "graft/core/error.h"
#include "graft/core/io/sha256.h"

namespace graft::data {

std::string Dataset::content_hash(int64_t i) const {
  const Image picture = image(i);
  return sha256_hex(std::as_bytes(std::span(picture.data(), picture.bytes())));
}

PicturePart Dataset::part(int64_t i, const ChoosePart&) const { return image(i); }

const std::vector<SkippedFile>& Dataset::skipped() const {
  static const std::vector<SkippedFile> none;
  return none;
}

void Dataset::check_index(int64_t i) const {
  check(i >= 0 && i < size(), ErrorKind::Argument, "dataset: no sample ", i, " of ", size());
}

}  // namespace graft::data
