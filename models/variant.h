// Reads ModelOptions::variant.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace graft::models {

class Variant {
 public:
  /// "padding=same,width=0.5"; Error(Argument) naming `model` for text that is not of that form.
  Variant(std::string_view model, std::string_view text);
  /// Removes and returns the value of `key`, or `otherwise`.
  std::string take(const std::string& key, const std::string& otherwise);
  int64_t take_int(const std::string& key, int64_t otherwise);
  /// Error(Argument) naming a key that nobody took.
  void finish() const;

 private:
  std::string model_;
  std::map<std::string, std::string> values_;
};

}  // namespace graft::models
