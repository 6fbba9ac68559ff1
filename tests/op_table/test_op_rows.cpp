// The table is complete: what is declared has a row, and what has a row is checked.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "harness/harness.h"
#include "op_cases/op_cases.h"
#include "op_cases/op_document.h"
#include "op_cases/operands.h"

namespace graft::testing {
namespace {

// Functions of core/ops/*.h that need no row, and why.
const std::map<std::string, std::string> kWithoutRow = {
    {"unary", "every kind has its own row"},
    {"binary", "every kind has its own row"},
    {"activate", "picks relu or relu6, which have rows"},
    {"activate_grad", "picks a kind of unary_grad, which has a row"},
    {"softmax_grad", "a step of other ops' backward, checked through their gradients"},
    {"conv2d_fused", "conv2d without a graph; its tests hold the two equal"},
    {"to_device", "has operands on two devices; its tests are in core/test_device_copy.cpp"},
    {"inverted_residual_fused", "conv2d_fused three times; its tests hold the bits equal"},
};

// Names in lines such as `Tensor conv2d(const Tensor& x, ...`, `UNARY(exp, Exp, KeepY)`.
std::set<std::string> declared_functions() {
  const std::regex declaration(R"(^(?:Tensor |UNARY\(|BINARY\()(\w+)[(,])");
  std::set<std::string> names;
  const std::filesystem::path ops = std::filesystem::path(GRAFT_SOURCE_DIR) / "core/ops";
  for (const auto& entry : std::filesystem::directory_iterator(ops)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".def") continue;
    std::ifstream in(entry.path());
    std::smatch match;
    for (std::string line; std::getline(in, line);)
      if (std::regex_search(line, match, declaration)) names.insert(match[1]);
  }
  return names;
}

bool has_row(const std::string& name) {
  return std::any_of(op_table().begin(), op_table().end(),
                     [&](const OpRow& row) { return row.name == name; });
}

}  // namespace

TEST_CASE("every declared op has a row in the table") {
  const std::set<std::string> declared = declared_functions();
  REQUIRE(declared.size() > 40);
  for (const std::string& name : declared)
    CHECK_MESSAGE((has_row(name) || kWithoutRow.contains(name)), name);
  for (const auto& [name, reason] : kWithoutRow) CHECK_MESSAGE(declared.contains(name), name);
}

TEST_CASE("every row has one name, plain loops and cases") {
  std::set<std::string> names;
  for (const OpRow& row : op_table()) {
    CAPTURE(std::string(row.name));
    CHECK(names.insert(row.name).second);
    CHECK_MESSAGE(find_reference(row.name) != nullptr, missing_reference(row.name));
    const OpCases cases = cases_of(row.name);
    CHECK_MESSAGE(
        std::any_of(cases.begin(), cases.end(), [](const OpCase& c) { return c.checked; }),
        row.name, ": no case; add one to tests/op_cases/elementwise.cpp or a neighbour");
  }
}

TEST_CASE("every case names a row and gives it the operands it takes") {
  for (const OpCase& op_case : all_op_cases()) {
    CAPTURE(to_string(op_case));
    REQUIRE(has_row(op_case.op));
    CHECK_NOTHROW(operands_of(op_row(op_case.op), op_case.shapes.size()));
    if (!op_case.perf.empty()) CHECK(op_case.perf.size() == op_case.shapes.size());
  }
}

TEST_CASE("docs/ops.md is what `graft_bench --list` prints") {
  std::ifstream in(std::filesystem::path(GRAFT_SOURCE_DIR) / "docs/ops.md");
  std::ostringstream page;
  page << in.rdbuf();
  CHECK(page.str() == op_document());
}

}  // namespace graft::testing
