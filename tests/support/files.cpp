#include "support/files.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>

namespace graft::testing {

namespace fs = std::filesystem;

fs::path golden(std::string_view name) {
  return fs::path(GRAFT_SOURCE_DIR) / "tests" / "golden" / name;
}

std::vector<std::byte> read_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
  REQUIRE_MESSAGE(!text.empty(), "no bytes in " << path.string());
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

std::string read_text(const fs::path& path) {
  const std::vector<std::byte> bytes = read_bytes(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_text(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  REQUIRE_MESSAGE(out.good(), "cannot write " << path.string());
}

void write_bytes(const fs::path& path, const std::vector<std::byte>& bytes) {
  write_text(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "graft-test-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace graft::testing
