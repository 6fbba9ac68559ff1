#include <doctest/doctest.h>

#include "graft/core/utf8.h"

namespace graft {

TEST_CASE("utf8: a printable message quotes no control characters and stays short") {
  CHECK(printable("a\x1b[31m\xff\n\xc3\xa9") == "a?[31m?\n\xc3\xa9");
  CHECK(printable(std::string(10'000, 'x')).size() < 700);
}

TEST_CASE("utf8: one_line keeps everything, on one line") {
  CHECK(one_line("plain, äöü €.jpg") == "plain, äöü €.jpg");
  CHECK(one_line("a\tb\nc\rd\\e") == "a\\tb\\nc\\rd\\\\e");
  CHECK(one_line("\x1b[31m\x7f\xff") == "\\x1b[31m\\x7f\\xff");
  CHECK(one_line("\xc2\x9b"
                 "1m") ==
        "\\xc2\\x9b"
        "1m");  // CSI as one character
  CHECK(printable("a\nb\xc2\x9b") == "a\nb?");
}

}  // namespace graft
