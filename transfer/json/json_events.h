// JSON text as a sequence of events, for readers that must not build a tree (the header of a weight
// file may name a million tensors). Bounded: see read_json_events().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "graft/core/limits.h"

namespace graft::transfer {

/// Receives a document in order. Throw to stop the reading.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  /// A number without fraction or exponent that fits.
  virtual void integer(int64_t value) = 0;
  /// Any other number; finite.
  virtual void number(double value) = 0;
  virtual void string(std::string&& value) = 0;
  virtual void begin_object() = 0;
  virtual void key(std::string&& name) = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
};

/// Parses `text`, strictly RFC 8259 in valid UTF-8. Errors begin with `what`: Error(Data) with the
/// byte position for malformed text, Error(Limit) for text, depth or strings beyond `limits`.
/// Duplicate keys are the receiver's to refuse.
void read_json_events(std::string_view text, const Limits::Json& limits, std::string_view what,
                      JsonEvents& events);

}  // namespace graft::transfer
