// cuDNN's context.
#pragma once

#include <cudnn.h>

#include "graft/core/device.h"

namespace graft::cuda {

/// This thread's handle for the stream's device, which becomes the thread's own, set to the stream.
/// Made on first use, kept until the thread ends.
cudnnHandle_t dnn_handle(Stream stream);

}  // namespace graft::cuda
