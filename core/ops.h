// All operations.
#pragma once

#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/batch_norm.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/conv2d.h"
#include "graft/core/ops/crop_windows.h"
#include "graft/core/ops/dropout.h"
#include "graft/core/ops/inverted_residual.h"
#include "graft/core/ops/layer_norm.h"
#include "graft/core/ops/loss.h"
#include "graft/core/ops/matmul.h"
#include "graft/core/ops/pool2d.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/softmax.h"
#include "graft/core/ops/unary.h"
