#include "support/assets.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "support/asset_folder.h"

namespace graft::testing {
namespace {
int skipped = 0;
}

std::optional<std::filesystem::path> asset(std::string_view name) {
  const std::filesystem::path path = asset_folder() / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

void skip(std::string_view what) {
  ++skipped;
  const char* test = doctest::getContextOptions()->currentTest->m_name;
  std::printf("SKIPPED: %s: %s absent\n", test, std::string(what).c_str());
}

int skipped_count() { return skipped; }

}  // namespace graft::testing
