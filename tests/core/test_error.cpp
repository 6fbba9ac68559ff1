#include <doctest/doctest.h>

#include <string>

#include "graft/core/error.h"

namespace graft {

TEST_CASE("error: fail composes kind and text") {
  try {
    fail(ErrorKind::Shape, "matmul: inner sizes differ: a ", 3, ", b ", 4);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Shape);
    CHECK(std::string(error.what()) == "matmul: inner sizes differ: a 3, b 4");
    return;
  }
  FAIL("fail() returned");
}

TEST_CASE("error: check throws only when the condition is false") {
  CHECK_NOTHROW(check(true, ErrorKind::Data, "never seen"));
  CHECK_THROWS_WITH_AS(check(false, ErrorKind::Data, "seen ", 7), "seen 7", Error);
}

TEST_CASE("error: kinds have names") {
  CHECK(std::string(to_string(ErrorKind::OutOfMemory)) == "out of memory");
  CHECK(std::string(to_string(ErrorKind::NotFinite)) == "not finite");
}

}  // namespace graft
