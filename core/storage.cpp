#include "graft/core/storage.h"

namespace graft {

Storage::Storage(size_t bytes, Stream origin, Allocator& memory)
    : data_(memory.allocate(bytes, origin)), bytes_(bytes), origin_(origin), memory_(memory) {}

Storage::~Storage() { memory_.release(data_, bytes_, origin_); }

std::shared_ptr<Storage> Storage::rounded_copy(
    const std::function<std::shared_ptr<Storage>()>& make) {
  const std::lock_guard lock(mutex_);
  if (std::shared_ptr<Storage> copy = rounded_copy_.lock(); copy && rounded_version_ == version())
    return copy;
  const std::shared_ptr<Storage> copy = make();
  rounded_copy_ = copy;
  rounded_version_ = version();
  return copy;
}

void Storage::keep_forms() {
  if (!kept_forms_) kept_forms_ = std::make_unique<KeptForms>(origin_);
}

}  // namespace graft
