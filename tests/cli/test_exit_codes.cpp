#include <doctest/doctest.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <utility>

#include "graft/tools/cli/exit_codes.h"
#include "support/program.h"

namespace graft::cli {

TEST_CASE("exit codes: one for each kind of error") {
  const std::pair<ErrorKind, int> table[] = {
      {ErrorKind::Argument, 2},  {ErrorKind::Data, 3},        {ErrorKind::Io, 4},
      {ErrorKind::Device, 5},    {ErrorKind::OutOfMemory, 6}, {ErrorKind::Limit, 6},
      {ErrorKind::NotFinite, 7}, {ErrorKind::Shape, 1},       {ErrorKind::DType, 1},
      {ErrorKind::Autograd, 1},  {ErrorKind::Internal, 1},
  };
  for (const auto& [kind, code] : table) {
    CAPTURE(to_string(kind));
    CHECK(exit_code(kind) == code);
    CHECK(exit_code(Error(kind, "text")) == code);
  }
}

TEST_CASE("exit codes: exceptions of the standard library") {
  CHECK(exit_code(std::bad_alloc()) == 6);
  CHECK(exit_code(std::filesystem::filesystem_error("x", std::error_code())) == 4);
  CHECK(exit_code(std::runtime_error("x")) == 1);
}

TEST_CASE("exit codes: an error before any command begins") {
  const testing::ProgramResult result =
      testing::graft_command({"--version"}, {.environment = {"GRAFT_SIMD=AVX2"}});
  CHECK(result.code == 2);
  CHECK(result.err ==
        "graft: GRAFT_SIMD: unknown level 'AVX2': expected baseline, avx2 or avx512\n");
}

}  // namespace graft::cli
