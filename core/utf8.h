// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace graft {

/// Bytes of the well-formed sequence that begins at `at`; 0 if there is none.
size_t utf8_length(std::string_view text, size_t at);

bool is_utf8(std::string_view text);

/// `text` fit for a message: bytes that are no UTF-8 and control characters become '?', and what
/// exceeds `limit` bytes is cut from the middle. For texts that quote names out of files.
std::string printable(std::string_view text, size_t limit = 600);

/// `text` on one line, for output that is cut at tabs and newlines: a backslash, control characters
/// and bytes that are no UTF-8 become \\, \t, \n, \r or \xNN. Nothing is lost.
std::string one_line(std::string_view text);

}  // namespace graft
