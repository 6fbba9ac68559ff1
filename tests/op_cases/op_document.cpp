#include "op_cases/op_document.h"

#include <sstream>

#include "op_cases/op_cases.h"
#include "op_cases/operands.h"

namespace graft::testing {
namespace {

constexpr const char* kHeader = R"(# Operations

Made by `graft_bench --list > docs/ops.md` from `core/op_table.cpp`; a test holds it up to date.

Operands: `?` may be left out, `:` never wants a gradient, `*` any number of them. "Kept" is what
stays in memory for backward when gradients towards the operands before the colon are wanted; `y` is
the result. Nothing wanted, nothing kept. Where it depends on a parameter (a fused activation, say)
the first case of `tests/op_cases/` stands for the op.

| op | operands | kept | 2nd derivative |
|---|---|---|---|
)";

// Wanted operands with the same kept tensors share an entry: "`a`: b; `b`: a; `a b`: a b".
std::string kept_by_mask(const OpRow& row, const OpCase& op_case) {
  const std::vector<Operand> operands = operands_of(row, op_case.shapes.size());
  uint32_t all = 0;
  for (size_t i = 0; i < operands.size(); ++i)
    if (!operands[i].constant && op_case.shapes[i] != kAbsent) all |= 1u << i;
  std::vector<std::pair<std::string, std::string>> entries;
  bool anything = false;
  for (uint32_t mask = 1; mask <= all; ++mask) {
    if ((mask & all) != mask) continue;
    std::string wanted;
    for (size_t i = 0; i < operands.size(); ++i)
      if (mask >> i & 1) wanted += (wanted.empty() ? "" : " ") + operands[i].name;
    const std::string kept = row.keeps(mask, op_case.params);
    anything = anything || !kept.empty();
    entries.emplace_back(wanted, kept.empty() ? "nothing" : kept);
  }
  if (!anything) return "nothing";
  std::ostringstream out;
  for (size_t i = 0; i < entries.size(); ++i)
    out << (i ? "; " : "") << '`' << entries[i].first << "`: " << entries[i].second;
  return out.str();
}

}  // namespace

std::string op_document() {
  std::ostringstream out;
  out << kHeader;
  for (const OpRow& row : op_table()) {
    const OpCases cases = cases_of(row.name);
    out << "| `" << row.name << "` | " << row.operands << " | ";
    if (!row.differentiable)
      out << "no gradient | |\n";
    else
      out << (cases.empty() ? "" : kept_by_mask(row, cases.front())) << " | "
          << (row.second_derivative ? "yes" : "no") << " |\n";
  }
  return out.str();
}

}  // namespace graft::testing
