// The harness itself: fed with ops that are wrong on purpose, it must say what is wrong with them.
#include <doctest/doctest.h>

#include <string>

#include "harness/harness.h"
#include "op_cases/op_cases.h"
#include "op_table/spoilt_ops.h"

namespace graft::testing {
namespace {

constexpr const char* kExp = "exp";
constexpr const char* kSoftmax = "softmax";

OpCases few_cases(const std::string& op) {
  OpCases rows = cases_of(op);
  std::erase_if(rows, [](const OpCase& row) { return row.shapes[0].numel() > 1000; });
  return rows;
}

using Apply = Tensor (*)(const std::vector<Tensor>&, const OpParams&);

// What the harness finds when `spoilt` poses as `op`.
Report pose(const char* op, Apply spoilt) {
  OpRow row = op_row(op);
  row.apply = spoilt;
  return check_op(row, few_cases(op), *find_reference(op));
}

bool says(const Report& report, const std::string& text) {
  for (const std::string& failure : report.failures())
    if (failure.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("the harness finds nothing where nothing is wrong") {
  for (const char* op : {"exp", "mul", "softmax"}) {
    const Report report = check_op(op_row(op), few_cases(op), *find_reference(op));
    CHECK_MESSAGE(report.failures().empty(), report.summary());
    CHECK(report.gradient_samples >= 20);
    CHECK(report.second_gradient_samples >= 5);
  }
}

TEST_CASE("the harness finds wrong results") {
  CHECK(says(pose("exp", exp_too_large), "result["));
  CHECK(says(pose("exp", exp_without_last), "result["));
  CHECK(says(pose("exp", exp_in_place), "writes its operand x"));
  CHECK(says(pose("exp", exp_by_threads), "differs between 1 and 2 threads"));
}

TEST_CASE("the harness finds wrong gradients") {
  const std::string found = "central differences say";
  CHECK(says(pose("exp", with_gradients<kExp, zeroed>), found));
  CHECK(says(pose("exp", with_gradients<kExp, one_percent_more>), found));
  CHECK(says(pose("softmax", with_gradients<kSoftmax, zeroed>), found));
  CHECK(says(pose("exp", with_gradients<kExp, coarse_in_f32>), "f32 gradient"));
  CHECK(says(pose("exp", with_gradients<kExp, without_smallest_in_f32>), "f32 gradient"));
}

TEST_CASE("the harness finds second derivatives that are silently wrong") {
  const Report report = pose("exp", with_gradients<kExp, intact>);
  CHECK(says(report, ": second gradient"));
  CHECK_FALSE(says(report, ": gradient"));
  OpRow row = op_row("exp");
  row.second_derivative = false;
  CHECK(says(check_op(row, few_cases("exp"), *find_reference("exp")), "does not say so"));
}

TEST_CASE("the harness finds what a node keeps beyond its row, and below") {
  CHECK(says(pose("exp", with_gradients<kExp, intact>), "bytes, its row says"));
  OpRow row = op_row("exp");
  row.keeps = [](uint32_t mask, const OpParams&) { return mask ? "x y" : ""; };
  CHECK(says(check_op(row, few_cases("exp"), *find_reference("exp")), "bytes, its row says"));
  const Report eager = pose("mul", mul_eager);
  CHECK(says(eager, "bytes, its row says"));
  CHECK(says(eager, "computes a gradient towards b, which nobody wants"));
  CHECK(says(pose("exp", exp_leaking), "bytes remain when all is dropped"));
}

#if !defined(__SANITIZE_ADDRESS__)  // which stops the program at the first such access
TEST_CASE("the harness finds reads and writes out of bounds") {
  CHECK(says(pose("exp", exp_without_strides), "strided f64: result["));
  CHECK(says(pose("exp", exp_out_of_bounds<-1>), "wrote before the start"));
  CHECK(says(pose("exp", exp_out_of_bounds<0>), "wrote beyond the end"));
  CHECK(says(pose("exp", exp_out_of_bounds<200>), "wrote beyond the end"));
}
#endif

}  // namespace graft::testing
