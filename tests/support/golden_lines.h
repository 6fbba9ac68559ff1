// Lines of the text files in tests/golden/: what PyTorch computed.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace graft::testing {

/// The numbers of every line of NAME.txt that begins with `key` (words separated by one blank).
inline std::vector<std::vector<double>> golden_lines(const std::string& name,
                                                     const std::string& key) {
  std::ifstream file(std::string(GRAFT_SOURCE_DIR) + "/tests/golden/" + name + ".txt");
  REQUIRE(file);
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size() + 1, key + " ") != 0) continue;
    std::istringstream rest(line.substr(key.size()));
    std::vector<double>& row = rows.emplace_back();
    for (double value; rest >> value;) row.push_back(value);
  }
  REQUIRE(!rows.empty());
  return rows;
}

}  // namespace graft::testing
