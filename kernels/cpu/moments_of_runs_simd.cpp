#include "graft/kernels/cpu/moments_of_runs.h"

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

constexpr int64_t kCentre = 16;  // pixels whose mean is the centre of the others
constexpr int64_t kGroup = 128;  // pixels few enough to be summed in f32
constexpr int kVecs = 2;         // of channels side by side
constexpr int kChains = 4;       // of sums: each waits for its last addition

// The elements of a vector, in f64.
template <class T>
struct WideOf {
  typedef double type __attribute__((vector_size(kLanes<T> * sizeof(double))));
};
template <class T>
using Wide = typename WideOf<T>::type;

// Some vectors of a pixel; of a single one perhaps only the first elements exist.
template <class T, int kCount>
struct Channels {
  int lanes;

  [[gnu::always_inline]] Vec<T> get(const T* pixel, int v) const {
    if (kCount == 1 && lanes < kLanes<T>) return load_first(pixel, lanes);
    return load(pixel + v * kLanes<T>);
  }
  [[gnu::always_inline]] void put(double* to, const Wide<T>& wide) const {
    if (kCount == 1 && lanes < kLanes<T>)
      for (int i = 0; i < lanes; ++i) to[i] = wide[i];
    else
      __builtin_memcpy(to, &wide, sizeof wide);
  }
};

// Sums of the differences from a centre and of their squares.
template <class T, int kCount>
struct Sums {
  static constexpr int kPixels = kChains / kCount;  // side by side
  Vec<T> centre[kCount], sum[kPixels][kCount], squares[kPixels][kCount];
  Wide<T> total[kCount], total_squares[kCount];

  [[gnu::always_inline]] void add(int chain, int v, Vec<T> x) {
    const Vec<T> d = x - centre[v];
    sum[chain][v] += d;
    squares[chain][v] += d * d;
  }
  [[gnu::always_inline]] void widen() {
    for (int v = 0; v < kCount; ++v) {
      for (int chain = 1; chain < kPixels; ++chain) {
        sum[0][v] += sum[chain][v];
        squares[0][v] += squares[chain][v];
      }
      total[v] += __builtin_convertvector(sum[0][v], Wide<T>);
      total_squares[v] += __builtin_convertvector(squares[0][v], Wide<T>);
      for (int chain = 0; chain < kPixels; ++chain) sum[chain][v] = squares[chain][v] = Vec<T>{};
    }
  }
};

template <class T, int kCount>
[[gnu::always_inline]] inline Sums<T, kCount> centred(PixelRun<T> first, int64_t stride,
                                                      Channels<T, kCount> channels) {
  Sums<T, kCount> sums{};
  const int64_t near = first.pixels < kCentre ? first.pixels : kCentre;
  const Vec<T> share = splat(T(1) / static_cast<T>(near));
  for (int64_t i = 0; i < near; ++i)
    for (int v = 0; v < kCount; ++v) sums.centre[v] += channels.get(first.first + i * stride, v);
  for (int v = 0; v < kCount; ++v) sums.centre[v] *= share;
  return sums;
}

// The centre need only be near the mean, so that little cancels.
template <class T, int kCount>
[[gnu::always_inline]] inline void moments(const PixelRun<T>* runs, int64_t count, int64_t stride,
                                           int64_t channel, Channels<T, kCount> channels,
                                           double* mean, double* m2) {
  Sums<T, kCount> sums =
      centred(PixelRun<T>{runs[0].first + channel, runs[0].pixels}, stride, channels);
  constexpr int kPixels = Sums<T, kCount>::kPixels;
  int64_t done = 0, open = 0;
  for (const PixelRun<T>* run = runs; run < runs + count; ++run) {
    const T* x = run->first + channel;
    for (int64_t left = run->pixels; left > 0;) {
      const int64_t now = left < kGroup - open ? left : kGroup - open;
      int64_t i = 0;
      for (; i + kPixels <= now; i += kPixels)
#pragma GCC unroll 4
        for (int chain = 0; chain < kPixels; ++chain, x += stride)
#pragma GCC unroll 2
          for (int v = 0; v < kCount; ++v) sums.add(chain, v, channels.get(x, v));
      for (; i < now; ++i, x += stride)
        for (int v = 0; v < kCount; ++v) sums.add(0, v, channels.get(x, v));
      left -= now;
      open += now;
      if (open == kGroup) sums.widen(), open = 0;
    }
    done += run->pixels;
  }
  sums.widen();
  const double share = 1 / static_cast<double>(done);
  for (int v = 0; v < kCount; ++v) {
    const Wide<T> shift = sums.total[v] * share;
    const int64_t at = channel + v * kLanes<T>;
    channels.put(mean + at, __builtin_convertvector(sums.centre[v], Wide<T>) + shift);
    channels.put(m2 + at, sums.total_squares[v] - sums.total[v] * shift);
  }
}

template <class T>
[[gnu::always_inline]] inline void all_moments(const PixelRun<T>* runs, int64_t count,
                                               int64_t stride, int64_t channels, double* mean,
                                               double* m2) {
  int64_t c = 0;
  for (; c + kVecs * kLanes<T> <= channels; c += kVecs * kLanes<T>)
    moments(runs, count, stride, c, Channels<T, kVecs>{kLanes<T>}, mean, m2);
  for (int lanes; c < channels; c += lanes) {
    lanes = channels - c < kLanes<T> ? static_cast<int>(channels - c) : kLanes<T>;
    moments(runs, count, stride, c, Channels<T, 1>{lanes}, mean, m2);
  }
}

}  // namespace

template <>
void moments_of_runs<kSimd>(const PixelRun<float>* runs, int64_t count, int64_t stride,
                            int64_t channels, double* mean, double* m2) {
  all_moments(runs, count, stride, channels, mean, m2);
}
template <>
void moments_of_runs<kSimd>(const PixelRun<double>* runs, int64_t count, int64_t stride,
                            int64_t channels, double* mean, double* m2) {
  all_moments(runs, count, stride, channels, mean, m2);
}

template <>
void merge_moments<kSimd>(const double* __restrict more_mean, const double* __restrict more_m2,
                          int64_t more, int64_t done, int64_t channels, double* __restrict mean,
                          double* __restrict m2) {
  const double share = static_cast<double>(more) / static_cast<double>(done + more);
  const double weight = static_cast<double>(done) * share;
  for (int64_t c = 0; c < channels; ++c) {
    const double delta = more_mean[c] - mean[c];
    mean[c] += delta * share;
    m2[c] += more_m2[c] + delta * delta * weight;
  }
}

}  // namespace graft::cpu
