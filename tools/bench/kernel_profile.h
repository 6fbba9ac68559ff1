// Where the time of a job goes: its kernels, by name and shapes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graft/core/kernel_trace.h"

namespace graft::bench {

/// All calls of one kernel on operands of the same shapes.
struct KernelUse {
  std::string kernel;
  std::string shapes;  ///< of its operands: "[32, 56, 56, 64] [64, 3, 3, 64]"
  int64_t calls = 0;
  double seconds = 0;
  double flops =
      0;  ///< of convolutions and products, 2 a multiply-add, by their definition; else 0
  double bytes = 0;  ///< of all operands
};

/// Adds up the kernels that it is told of.
class KernelProfile final : public KernelTrace {
 public:
  void on_kernel(const KernelCall& call) override;
  /// By kernel and shapes, the longest first.
  std::vector<KernelUse> uses() const;
  /// By kernel alone, without shapes, the longest first.
  std::vector<KernelUse> totals() const;

 private:
  std::map<std::string, KernelUse> uses_;
};

}  // namespace graft::bench
