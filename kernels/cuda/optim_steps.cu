// Optimizer steps over many parameters at once: the table of their addresses travels with the
// launch, so nothing is uploaded and a step can be captured.
#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/optim_coefficients.h"

namespace graft::cuda {
namespace {

constexpr int kMostParameters = 64;      // of a launch: their table has to fit into its arguments
constexpr int64_t kChunk = 16 * kBlock;  // elements of a block

template <class T>
struct Operands {
  T* parameter;
  const T* gradient;
  T *first, *second;  // moments, null where there are none
  int64_t elements;
  int64_t first_block;
};

template <class T>
struct Table {
  Operands<T> entry[kMostParameters];
  int count;

  // Of the block that asks.
  __device__ const Operands<T>& of_block() const {
    int low = 0, high = count;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      (int64_t{blockIdx.x} < entry[middle].first_block ? high : low) = middle;
    }
    return entry[low];
  }
};

template <class T>
struct SgdUpdate {
  SgdCoefficients<T> k;
  bool first;  // the buffer holds nothing yet
  __device__ void operator()(const Operands<T>& o, int64_t i) const {
    const T decayed = o.gradient[i] + k.decay * o.parameter[i];
    if (!o.first) {
      o.parameter[i] -= k.lr * decayed;
      return;
    }
    const T v = (first ? T(0) : k.keep * o.first[i]) + k.take * decayed;
    o.first[i] = v;
    o.parameter[i] -= k.lr * (k.ahead * decayed + k.along * v);
  }
};

template <class T>
struct AdamUpdate {
  AdamCoefficients<T> k;
  __device__ void operator()(const Operands<T>& o, int64_t i) const {
    const T w = o.parameter[i], decayed = o.gradient[i] + k.decay * w;
    const T m = o.first[i] + k.take1 * (decayed - o.first[i]);
    const T v = k.beta2 * o.second[i] + k.take2 * decayed * decayed;
    o.first[i] = m;
    o.second[i] = v;
    o.parameter[i] = k.keep * w - k.rate * (m / (std::sqrt(v) / k.root + k.eps));
  }
};

template <class T, class Update>
__global__ void update_all(Table<T> table, Update update) {
  const Operands<T>& o = table.of_block();
  const int64_t begin = (blockIdx.x - o.first_block) * kChunk;
  const int64_t end = begin + kChunk < o.elements ? begin + kChunk : o.elements;
  for (int64_t i = begin + threadIdx.x; i < end; i += kBlock) update(o, i);
}

struct Tensors {
  std::span<const View> parameters;
  std::span<const ConstView> gradients;
  std::span<const View> first, second;
};

template <class T, class Update>
void update_tensors(const KernelCtx& ctx, const Tensors& all, const Update& update) {
  for (size_t begin = 0; begin < all.parameters.size(); begin += kMostParameters) {
    const size_t end = std::min(begin + kMostParameters, all.parameters.size());
    Table<T> table{};
    int64_t blocks = 0;
    for (size_t i = begin; i < end; ++i) {
      const int64_t elements = all.parameters[i].numel();
      if (elements == 0) continue;
      table.entry[table.count++] = {all.parameters[i].as<T>(),
                                    contiguous_operand(ctx, all.gradients[i]).as<T>(),
                                    all.first.empty() ? nullptr : all.first[i].as<T>(),
                                    all.second.empty() ? nullptr : all.second[i].as<T>(),
                                    elements,
                                    blocks};
      blocks += ceil_div(elements, kChunk);
    }
    launch(ctx, {static_cast<unsigned>(blocks)}, update_all<T, Update>, table, update);
  }
}

}  // namespace

void sgd_step(const KernelCtx& ctx, std::span<const View> parameters,
              std::span<const ConstView> gradients, std::span<const View> momenta,
              const SgdStep& step) {
  if (parameters.empty()) return;
  with_float("sgd_step", parameters[0].dtype, [&]<class T>(T) {
    update_tensors<T>(ctx, {parameters, gradients, momenta, {}},
                      SgdUpdate<T>{coefficients<T>(step), step.first});
  });
}

void adam_step(const KernelCtx& ctx, std::span<const View> parameters,
               std::span<const ConstView> gradients, std::span<const View> first,
               std::span<const View> second, const AdamStep& step) {
  if (parameters.empty()) return;
  with_float("adam_step", parameters[0].dtype, [&]<class T>(T) {
    update_tensors<T>(ctx, {parameters, gradients, first, second},
                      AdamUpdate<T>{coefficients<T>(step)});
  });
}

}  // namespace graft::cuda
