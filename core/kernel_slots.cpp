#include "graft/core/kernel_slots.h"

namespace graft {

SlotTable& slots() {
  static SlotTable table = [] {
    SlotTable filled;
    install_cpu_kernels(filled);
    return filled;
  }();
  return table;
}

}  // namespace graft
