// Patterns that select tensors and modules by their dotted path.
#pragma once

#include <string_view>

namespace graft {

/// True if `pattern` matches all of `name`: `*` stands for any run of characters (dots too), `?`
/// for one character, everything else for itself.
bool glob_match(std::string_view pattern, std::string_view name);

/// True if `pattern` matches `path` or a leading part of it that ends before a dot, so that a
/// module's name selects everything below it: "layer1" selects "layer1.0.conv1.weight" but not
/// "layer10.0.conv1.weight".
bool selects(std::string_view pattern, std::string_view path);

}  // namespace graft
