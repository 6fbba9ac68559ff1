#include "graft/core/storage.h"

#include <memory>

#include "graft/core/allocator.h"

namespace graft {

Storage::Storage(size_t bytes, Stream origin)
    : data_(allocator(origin.device).allocate(bytes, origin)), bytes_(bytes), origin_(origin) {}

Storage::~Storage() {
  delete kept_forms();
  allocator(origin_.device).release(data_, bytes_, origin_);
}

void Storage::keep_forms() {
  if (kept_forms()) return;
  auto forms = std::make_unique<KeptForms>(origin_);
  KeptForms* none = nullptr;
  if (kept_forms_.compare_exchange_strong(none, forms.get(), std::memory_order_acq_rel))
    forms.release();
}

}  // namespace graft
