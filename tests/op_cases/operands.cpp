#include "op_cases/operands.h"

#include <sstream>

namespace graft::tests {

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

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

}  // namespace graft::tests
