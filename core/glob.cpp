#include "graft/core/glob.h"

namespace graft {

bool glob_match(std::string_view pattern, std::string_view name) {
  constexpr size_t kNone = std::string_view::npos;
  size_t p = 0, n = 0;
  size_t star = kNone, resume = 0;  // the last '*' seen, and where its run ends for now
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (star != kNone) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool selects(std::string_view pattern, std::string_view path) {
  for (size_t end = path.find('.'); end != std::string_view::npos; end = path.find('.', end + 1))
    if (glob_match(pattern, path.substr(0, end))) return true;
  return glob_match(pattern, path);
}

}  // namespace graft
