// The one exception of the library, and the two functions that raise it.
//
// Text form: `op: what is wrong: names and values of every operand`. Texts are tested like results.
// The message is composed only on failure.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace graft {

/// What kind of thing went wrong; programs branch on it, `tools/` maps it to an exit code.
enum class ErrorKind {
  Shape,        ///< operand shapes do not fit the operation or each other
  DType,        ///< an operand has an element type the operation does not take
  Device,       ///< device absent, or operands on different devices, or no kernel for it
  Argument,     ///< a parameter of a call or a command is out of its domain
  Data,         ///< a file's content is malformed or does not fit the model
  Io,           ///< the operating system refused: missing file, permission, full disk, lock
  OutOfMemory,  ///< an allocation failed or would exceed the budget
  Limit,        ///< input is larger than a documented limit
  NotFinite,    ///< NaN or infinity where a number is required
  Autograd,     ///< the recorded graph cannot be differentiated as asked
  Internal,     ///< our own mistake
};

/// Lower-case name of the kind, e.g. "shape".
const char* to_string(ErrorKind kind) noexcept;

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// Streams the operands into one text and throws Error.
template <class... Parts>
[[noreturn, gnu::cold]] void fail(ErrorKind kind, const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(kind, text.str());
}

/// fail(...) unless `condition` holds.
template <class... Parts>
void check(bool condition, ErrorKind kind, const Parts&... parts) {
  if (!condition) [[unlikely]]
    fail(kind, parts...);
}

}  // namespace graft
