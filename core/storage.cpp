#include "graft/core/storage.h"

#include "graft/core/allocator.h"

namespace graft {

Storage::Storage(size_t bytes, Stream origin)
    : data_(allocator(origin.device).allocate(bytes, origin)), bytes_(bytes), origin_(origin) {}

Storage::~Storage() { allocator(origin_.device).release(data_, bytes_, origin_); }

void Storage::keep_forms() {
  if (!kept_forms_) kept_forms_ = std::make_unique<KeptForms>(origin_);
}

}  // namespace graft
