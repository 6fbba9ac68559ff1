#include "graft/data/in_memory.h"

#include "graft/core/error.h"

namespace graft::data {

InMemory::InMemory(std::string name, std::vector<Image> images, std::vector<int64_t> labels,
                   std::vector<std::string> class_names)
    : name_(std::move(name)),
      images_(std::move(images)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)) {
  check(images_.size() == labels_.size(), ErrorKind::Argument, name_, ": ", images_.size(),
        " images, but ", labels_.size(), " labels");
  for (const int64_t label : labels_)
    check(label >= 0 && label < class_count(), ErrorKind::Argument, name_, ": label ", label,
          " of ", class_count(), " classes");
}

int64_t InMemory::label(int64_t i) const {
  check_index(i);
  return labels_[static_cast<size_t>(i)];
}

std::string InMemory::id(int64_t i) const {
  check_index(i);
  return name_ + "[" + std::to_string(i) + "]";
}

Image InMemory::image(int64_t i) const {
  check_index(i);
  return images_[static_cast<size_t>(i)];
}

}  // namespace graft::data
