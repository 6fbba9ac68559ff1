#include "op_cases/operands.h"

#include <algorithm>
#include <sstream>

namespace graft::testing {

namespace {

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::vector<Operand> operands_of(const OpRow& row, size_t count) {
  std::vector<Operand> operands;
  for (std::string name : split_words(row.operands)) {
    Operand operand;
    bool repeated = false;
    for (; !name.empty() && std::string_view("?:*").find(name.back()) != std::string_view::npos;
         name.pop_back()) {
      if (name.back() == '?') operand.optional = true;
      if (name.back() == ':') operand.constant = true;
      if (name.back() == '*') repeated = true;
    }
    operand.name = name;
    do operands.push_back(operand);
    while (repeated && operands.size() < count);
  }
  while (operands.size() > count && operands.back().optional) operands.pop_back();
  check(operands.size() == count, ErrorKind::Internal, row.name, ": row names ", operands.size(),
        " operands, case gives ", count);
  return operands;
}

size_t stated_bytes(const OpRow& row, uint32_t mask, const OpParams& params,
                    const std::vector<Tensor>& operands, const Tensor& result) {
  const std::vector<Operand> names = operands_of(row, operands.size());
  size_t bytes = 0;
  for (const std::string& name : split_words(row.keeps(mask, params))) {
    const auto it = std::find_if(names.begin(), names.end(),
                                 [&](const Operand& operand) { return operand.name == name; });
    if (name == "y") {
      bytes += result.bytes();
    } else if (it != names.end()) {
      const Tensor& kept = operands[static_cast<size_t>(it - names.begin())];
      bytes += kept.defined() ? kept.bytes() : 0;
    } else {
      check(row.extra_bytes != nullptr, ErrorKind::Internal, row.name, ": row keeps '", name,
            "', which is neither operand nor result");
      bytes += row.extra_bytes(name, operands, result);
    }
  }
  return bytes;
}

}  // namespace graft::testing
