// A tensor of a model under its path: what modules hand out, and what loading, saving, freezing and
// auditing work on. Paths are torchvision's ("layer1.0.conv1.weight").
#pragma once

#include <cstdint>
#include <string>

#include "graft/core/tensor.h"

namespace graft {

/// How a tensor's axes in memory relate to those of a weight file.
enum class Layout : uint8_t {
  Plain,   ///< the same axes in both
  Filter,  ///< [Cout,KH,KW,Cin] in memory, [Cout,Cin,KH,KW] in the file
};

struct NamedTensor {
  std::string path;
  Tensor tensor;
  bool buffer = false;  ///< a statistic or counter that files hold and optimizers never see
  Layout layout = Layout::Plain;
};

}  // namespace graft
