#include "graft/kernels/cpu/product/bf16_panel.h"

#include <utility>

#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/product/register_tile.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

#if defined(__AVX512BF16__)
constexpr bool kNative = true;
#else
constexpr bool kNative = false;
#endif

constexpr TileShape kTile = tile_shape<float>(kSimd);
constexpr int kStep = kLanes<float>;
using Floats = Vec<float>;
using Pairs = Vec<uint32_t>;

// Pairs between two visits of a tile of C: their packed columns stay in the L1 cache.
constexpr int64_t kDepth = 384;

constexpr uint32_t kFirst = 0xffff0000u;  // of a pair

[[gnu::always_inline]] inline uint32_t bits(const Bf16Pair* pair) {
  uint32_t value;
  __builtin_memcpy(&value, pair, sizeof value);
  return value;
}

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
[[gnu::always_inline]] inline Floats add_dot(Floats acc, uint32_t a, const Columns& b) {
  return Floats(_mm512_dpbf16_ps(__m512(acc), __m512bh(splat<uint32_t>(a)), __m512bh(b.pairs)));
}
#else
struct Columns {
  Floats first, second;
  explicit Columns(const Bf16Pair* b)
      : first(Floats(load_pairs(b) & kFirst)), second(Floats(load_pairs(b) << 16)) {}
};
[[gnu::always_inline]] inline Floats add_dot(Floats acc, uint32_t a, const Columns& b) {
  acc += Floats(splat<uint32_t>(a & kFirst)) * b.first;
  acc += Floats(splat<uint32_t>(a << 16)) * b.second;
  return acc;
}
#endif

// One call of the micro-kernel.
struct Call {
  const Bf16Pair* a;
  int64_t a_stride;
  const int64_t* offsets;
  int64_t runs, run;
  const Bf16Pair* b;
  float* c;
  int64_t c_stride;
  int columns;     // to be stored
  bool continued;  // start from C
  bool last;       // apply the epilogue
  const float* bias;
  const float* residual;
  Activation activation;
};

// acc += A B. Every third row has a pointer, so that all rows are at base + 0, 1 or 2 strides.
template <int kRows, int kVecs>
[[gnu::always_inline]] inline void reduce(Floats (&acc)[kRows][kVecs], const Call& call) {
  constexpr int kPointers = (kRows + 2) / 3;
  const int64_t s = call.a_stride;
  const Bf16Pair* b = call.b;
  for (int64_t i = 0; i < call.runs; ++i) {
    const Bf16Pair* a[kPointers];
#pragma GCC unroll 5
    for (int p = 0; p < kPointers; ++p) a[p] = call.a + call.offsets[i] + 3 * p * s;
    for (int64_t k = 0; k < call.run; ++k) {
      const Columns columns[2] = {Columns(b), Columns(b + (kVecs - 1) * kStep)};
#pragma GCC unroll 14
      for (int r = 0; r < kRows; ++r) {
        const uint32_t pair = bits(a[r / 3] + r % 3 * s);
#pragma GCC unroll 2
        for (int v = 0; v < kVecs; ++v) acc[r][v] = add_dot(acc[r][v], pair, columns[v]);
      }
#pragma GCC unroll 5
      for (int p = 0; p < kPointers; ++p) ++a[p];
      b += kVecs * kStep;
    }
  }
}

template <int kRows, int kVecs>
void multiply_tile(const Call& call) {
  Floats acc[kRows][kVecs]{};
  if (call.continued)
    add_tile<float>(acc, static_cast<const float*>(call.c), call.c_stride, call.columns);
  reduce(acc, call);
  if (call.last) {
    if (call.bias) add_tile<float>(acc, call.bias, 0, call.columns);
    if (call.residual) add_tile<float>(acc, call.residual, call.c_stride, call.columns);
    if (call.activation != Activation::None) activate_tile<float>(acc, call.activation);
  }
  store_tile<float>(acc, call.c, call.c_stride, call.columns);
}

using TileFunction = void (*)(const Call&);

// Micro-kernels of 1 to kTile.rows rows.
template <int kVecs, int... kRow>
constexpr TileFunction nth_tile(int rows, std::integer_sequence<int, kRow...>) {
  constexpr TileFunction kList[] = {multiply_tile<kRow + 1, kVecs>...};
  return kList[rows - 1];
}

// `runs` whole runs of the reduction, or a piece of one.
struct Stretch {
  int64_t first_run, runs;
  int64_t begin, length;  // within each run
};

void multiply_stretch(const Bf16Panel& panel, const Stretch& k, bool first, bool last) {
  constexpr auto kRows = std::make_integer_sequence<int, kTile.rows>();
  Call call{};
  call.a_stride = panel.a_stride;
  call.c_stride = panel.c_stride;
  call.offsets = panel.offsets + k.first_run;
  call.runs = k.runs;
  call.run = k.length;
  call.continued = !first;
  call.last = last;
  call.activation = panel.activation;
  const int64_t skipped = k.first_run * panel.run + k.begin;
  for (int64_t column = 0; column < panel.columns; column += kTile.columns) {
    const int64_t left = panel.columns - column;
    call.columns = static_cast<int>(left < kTile.columns ? left : kTile.columns);
    const bool narrow = call.columns <= kStep;
    call.b =
        panel.packed + column * panel.packed_depth + skipped * (narrow ? kStep : kTile.columns);
    call.bias = panel.bias ? panel.bias + column : nullptr;
    for (int64_t t = 0; t < panel.tile_count; ++t) {
      const Bf16Tile& tile = panel.tiles[t];
      call.a = tile.a + k.begin;
      call.c = tile.c + column;
      call.residual = tile.residual ? tile.residual + column : nullptr;
      (narrow ? nth_tile<1>(tile.rows, kRows) : nth_tile<2>(tile.rows, kRows))(call);
    }
  }
}

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

// Cuts the reduction into stretches of about kDepth.
template <>
void multiply_bf16_panel<kSimd, kNative>(const Bf16Panel& panel) {
  if (panel.run > kDepth) {
    const int64_t pieces = (panel.run + kDepth - 1) / kDepth;
    for (int64_t i = 0; i < panel.runs; ++i)
      for (int64_t piece = 0; piece < pieces; ++piece) {
        const int64_t begin = panel.run * piece / pieces, end = panel.run * (piece + 1) / pieces;
        multiply_stretch(panel, {i, 1, begin, end - begin}, i == 0 && piece == 0,
                         i + 1 == panel.runs && piece + 1 == pieces);
      }
    return;
  }
  const int64_t together = panel.run > 0 ? kDepth / panel.run : panel.runs;
  int64_t i = 0;
  do {  // once even for an empty reduction: the epilogue still has to run
    const int64_t runs = panel.runs - i < together ? panel.runs - i : together;
    multiply_stretch(panel, {i, runs, 0, panel.run}, i == 0, i + runs == panel.runs);
    i += runs;
  } while (i < panel.runs);
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
