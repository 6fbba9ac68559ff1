#include "graft/kernels/cpu/dropout_run.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

constexpr int64_t kBlocks = 16;  // Philox blocks at a time, side by side in vectors

void draw(const DropoutRun& run, int64_t first_block, uint32_t* bits) {
  uint32_t lane[4][kBlocks];
  for (int64_t b = 0; b < kBlocks; ++b) {
    const uint64_t index = static_cast<uint64_t>(first_block + b);
    const PhiloxBlock block = philox4x32(philox_counter(run.stream, index), run.key);
    for (int l = 0; l < 4; ++l) lane[l][b] = block.lane[l];
  }
  for (int64_t b = 0; b < kBlocks; ++b)
    for (int l = 0; l < 4; ++l) bits[4 * b + l] = lane[l][b];
}

template <class T>
void drop(const DropoutRun& run, const T* x, T* y, int64_t begin, int64_t end) {
  constexpr int64_t kBatch = 4 * kBlocks;
  const T scale = static_cast<T>(run.scale);
  uint32_t bits[kBatch];
  for (int64_t i = begin; i < end; i += kBatch) {
    draw(run, i / 4, bits);
    const int64_t count = end - i < kBatch ? end - i : kBatch;
    for (int64_t k = 0; k < count; ++k)
      y[i + k] = (bits[k] >> 8) < run.threshold ? T(0) : x[i + k] * scale;
  }
}

}  // namespace

template <>
void dropout_run<kSimd, float>(const DropoutRun& run, const float* x, float* y, int64_t begin,
                               int64_t end) {
  drop(run, x, y, begin, end);
}
template <>
void dropout_run<kSimd, double>(const DropoutRun& run, const double* x, double* y, int64_t begin,
                                int64_t end) {
  drop(run, x, y, begin, end);
}

}  // namespace graft::cpu
