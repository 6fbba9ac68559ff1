#include "graft/kernels/cpu/product/bf16_panel.h"

#include "graft/kernels/cpu/product/panel_loops.h"

namespace graft::cpu {
namespace {

#if defined(__AVX512BF16__)
constexpr bool kNative = true;
#else
constexpr bool kNative = false;
#endif

constexpr int kStep = kLanes<float>;
using Floats = Vec<float>;
using Pairs = Vec<uint32_t>;

constexpr uint32_t kFirst = 0xffff0000u;  // of a pair

[[gnu::always_inline]] inline Pairs load_pairs(const Bf16Pair* from) {
  Pairs v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

// A vector of packed columns, ready to be multiplied.
#if defined(__AVX512BF16__)
struct Columns {
  Pairs pairs;
  explicit Columns(const Bf16Pair* b) : pairs(load_pairs(b)) {}
};
[[gnu::always_inline]] inline Floats add_dot(Floats acc, Pairs a, const Columns& b) {
  return Floats(_mm512_dpbf16_ps(__m512(acc), __m512bh(a), __m512bh(b.pairs)));
}
#else
struct Columns {
  Floats first, second;
  explicit Columns(const Bf16Pair* b)
      : first(Floats(load_pairs(b) & kFirst)), second(Floats(load_pairs(b) << 16)) {}
};
[[gnu::always_inline]] inline Floats add_dot(Floats acc, Pairs a, const Columns& b) {
  acc += Floats(a & kFirst) * b.first;
  acc += Floats(a << 16) * b.second;
  return acc;
}
#endif

// The arithmetic of panel_loops.h.
struct Dots {
  using Sum = float;
  using Factor = Bf16Pair;
  static constexpr int kTileRows = bf16_tile_rows(kNative);
  using Columns = cpu::Columns;
  static Pairs spread(Bf16Pair a) {
    uint32_t value;
    __builtin_memcpy(&value, &a, sizeof value);
    return splat(value);
  }
  static Floats add(Floats acc, Pairs a, const Columns& b) { return add_dot(acc, a, b); }
};

// The nearest bf16 of each lane in its upper half; NaN stays NaN.
[[gnu::always_inline]] inline Pairs rounded(Floats v) {
  const Pairs u = Pairs(v);
  const Pairs nearest = u + 0x7fffu + ((u >> 16) & 1u);
  return (v == v ? nearest : u | 0x400000u) & kFirst;
}

// Neighbouring lanes of a vector as pairs.
[[gnu::always_inline]] inline void store_pairs(Floats v, Bf16Pair* to) {
#if defined(__AVX512BF16__)
  const __m256i halves = __m256i(_mm512_cvtneps_pbh(__m512(v)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_rol_epi32(halves, 16));
#else
  typedef uint32_t Half __attribute__((vector_size(kVectorBytes / 2)));
  const Vec<uint64_t> wide = Vec<uint64_t>(rounded(v));  // the first of two is the lower one
  const Half pairs = __builtin_convertvector(wide | wide >> 48, Half);
  __builtin_memcpy(to, &pairs, sizeof pairs);
#endif
}

}  // namespace

template <>
void multiply_bf16_panel<kSimd, kNative>(const Bf16Panel& panel) {
  multiply<Dots, LayoutA::Rows>(panel);
}

template <>
void round_to_pairs<kSimd, kNative>(const float* from, int64_t count, Bf16Pair* to) {
  int64_t i = 0;
  for (; i + kStep <= count; i += kStep) store_pairs(load(from + i), to + i / 2);
  if (i == count) return;
  Bf16Pair rest[kStep / 2];
  store_pairs(load_first(from + i, static_cast<int>(count - i)), rest);
  for (int64_t p = 0; p < (count - i + 1) / 2; ++p) to[i / 2 + p] = rest[p];
}

}  // namespace graft::cpu
