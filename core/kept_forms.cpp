#include "graft/core/kept_forms.h"

#include <algorithm>

#include "graft/core/allocator.h"

namespace graft {

const void* KeptForms::find_or_make(const FormKey& key, size_t bytes,
                                    const std::function<void(void*)>& make) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(forms_.begin(), forms_.end(), [&](const Form& form) { return form.key == key; });
  if (found != forms_.end()) return found->data;
  forms_.reserve(forms_.size() + 1);
  Form form{key, allocator(stream_.device).allocate(bytes, stream_), bytes};
  try {
    make(form.data);
  } catch (...) {
    allocator(stream_.device).release(form.data, bytes, stream_);
    throw;
  }
  forms_.push_back(form);
  return form.data;
}

void KeptForms::clear() noexcept {
  const std::lock_guard lock(mutex_);
  for (const Form& form : forms_) allocator(stream_.device).release(form.data, form.bytes, stream_);
  forms_.clear();
}

size_t KeptForms::bytes() const {
  const std::lock_guard lock(mutex_);
  size_t sum = 0;
  for (const Form& form : forms_) sum += form.bytes;
  return sum;
}

}  // namespace graft
