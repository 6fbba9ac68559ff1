// What an option's number may be, as a check for the parser. NaN and infinities never pass.
#pragma once

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>

namespace graft::cli {

/// Finite numbers of which `allowed` is true; `bounds` says which, as in "above 0".
inline CLI::Validator number(const std::string& bounds,
                             const std::function<bool(double)>& allowed) {
  const auto complaint = [=](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    const bool good = *end == '\0' && std::isfinite(value) && allowed(value);
    return good ? std::string() : "must be a number " + bounds + ", not " + text;
  };
  return CLI::Validator(complaint, bounds);
}

inline CLI::Validator positive() {
  return number("above 0", [](double x) { return x > 0; });
}

inline CLI::Validator not_negative() {
  return number("of at least 0", [](double x) { return x >= 0; });
}

}  // namespace graft::cli
