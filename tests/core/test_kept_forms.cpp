// Forms that kernels keep with a constant operand: the same results, and never stale ones.
#include <doctest/doctest.h>

#include <thread>

#include "graft/core/allocator.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops.h"
#include "kernels/simd_levels.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

struct Call {
  const char* name;
  Shape x, w;
  Conv2dParams params;
};

const Call kCalls[] = {
    {"direct", {2, 6, 5, 7}, {40, 3, 3, 7}, {.stride_h = 2, .padding = symmetric_padding(1)}},
    {"winograd, more tiles than columns",
     {6, 14, 14, 32},
     {40, 3, 3, 32},
     {.padding = symmetric_padding(1)}},
    {"winograd, more columns than tiles",
     {1, 7, 7, 192},
     {150, 3, 3, 192},
     {.padding = symmetric_padding(1)}},
    {"grouped", {1, 8, 8, 12}, {24, 1, 1, 4}, {.groups = 3}},
    {"depthwise", {1, 9, 8, 33}, {33, 3, 3, 1}, {.groups = 33}}};

size_t kept_bytes(const Tensor& w) {
  return w.storage().kept_forms() ? w.storage().kept_forms()->bytes() : 0;
}

Tensor numbers_like(const char* name, const Tensor& w) { return numbers<float>(name, w.shape()); }

}  // namespace

TEST_CASE(
    "kept forms: the same bits as without, at every SIMD level, until the weight is written") {
  for (const Call& call : kCalls) {
    CAPTURE(call.name);
    const Tensor x = numbers<float>("x", call.x);
    Tensor w = numbers<float>("w", call.w);
    const Tensor plain = w.clone(), other = numbers_like("v", w);
    w.storage().keep_forms();
    at_every_simd_level([&] {
      w.copy_(plain);
      CHECK(kept_bytes(w) == 0);
      const Tensor expected = conv2d(x, plain, {}, call.params);
      CHECK(same_bits(conv2d(x, w, {}, call.params), expected));
      const size_t bytes = kept_bytes(w);
      CHECK(bytes >= w.bytes());
      CHECK(bytes <= 2 * w.bytes());  // whole vectors of columns
      CHECK(same_bits(conv2d(x, w, {}, call.params), expected));
      CHECK(kept_bytes(w) == bytes);
      w.copy_(other);
      CHECK(same_bits(conv2d(x, w, {}, call.params), conv2d(x, other, {}, call.params)));
    });
  }
}

TEST_CASE("kept forms: a level's form does not serve another level") {
  const Tensor x = numbers<float>("x", {3, 20}), plain = numbers<float>("w", {50, 20});
  const Tensor w = plain.clone();
  w.storage().keep_forms();
  for (int round = 0; round < 2; ++round)
    at_every_simd_level([&] { CHECK(same_bits(linear(x, w), linear(x, plain))); });
}

TEST_CASE("kept forms: parts of a storage and other groups have forms of their own") {
  const Tensor all = numbers<float>("w", {8, 1, 1, 6}), plain = all.clone();
  all.storage().keep_forms();
  const Tensor x = numbers<float>("x", {1, 3, 3, 6}), wide = numbers<float>("x", {1, 3, 3, 12});
  for (const int64_t begin : {0, 4})
    CHECK(same_bits(conv2d(x, slice(all, 0, begin, begin + 4), {}, {}),
                    conv2d(x, slice(plain, 0, begin, begin + 4), {}, {})));
  CHECK(same_bits(conv2d(x, all, {}, {}), conv2d(x, plain, {}, {})));
  CHECK(same_bits(conv2d(wide, all, {}, {.groups = 2}), conv2d(wide, plain, {}, {.groups = 2})));
}

TEST_CASE("kept forms: none of what is being trained; the memory is given back") {
  const size_t before = allocator({}).stats().live;
  {
    const Tensor x = numbers<float>("x", {3, 20});
    Tensor w = numbers<float>("w", {50, 20});
    w.set_requires_grad(true);
    w.storage().keep_forms();
    linear(x, w);
    CHECK(kept_bytes(w) == 0);
    const NoGrad no_grad;
    linear(x, w);
    CHECK(kept_bytes(w) > 0);
    w.fill_(1);
    CHECK(kept_bytes(w) == 0);
    linear(x, w);
  }
  CHECK(allocator({}).stats().live == before);
}

TEST_CASE("kept forms: many threads ask at once") {
  const Tensor x = numbers<float>("x", {1, 14, 14, 64}),
               plain = numbers<float>("w", {64, 3, 3, 64});
  const Tensor expected = conv2d(x, plain, {}, {}), w = plain.clone();
  w.storage().keep_forms();
  std::vector<Tensor> found(6);
  std::vector<std::thread> threads;
  for (Tensor& y : found) threads.emplace_back([&] { y = conv2d(x, w, {}, {}); });
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& y : found) CHECK(same_bits(y, expected));
}

}  // namespace graft::testing
