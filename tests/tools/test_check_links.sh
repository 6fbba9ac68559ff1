#!/bin/sh
# A tree whose pages point at what exists passes tools/check_links; each seeded fault makes it fail
# and is named. Usage: test_check_links.sh SOURCE_TREE
set -eu
checker=$1/tools/check_links
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

good_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/core/ops" "$tree/docs"
  echo '// a header' >"$tree/core/tensor.h"
  cat >"$tree/README.md" <<'TEXT'
[pages](docs/page.md#part) and [more](docs), [elsewhere](https://example.org/none), [here](#part)
`core/tensor.h`, `core/ops/`, `core/ops/NAME.cpp`, `core/ops/*.cpp`, `tests/{a,b}.cpp`, `other/none.h`
```
cat core/none.h [no](link)
```
TEXT
  echo 'back to the [start](../README.md)' >"$tree/docs/page.md"
}

expect_violation() {  # text that the checker must print, having failed
  if found=$("$checker" "$tree" 2>&1); then
    echo "FAILED: accepted a tree with: $1"; failures=$((failures + 1))
  elif ! printf '%s\n' "$found" | grep -qF -- "$1"; then
    echo "FAILED: expected '$1' in:"; printf '%s\n' "$found"; failures=$((failures + 1))
  fi
  good_tree
}

good_tree
"$checker" "$tree" >/dev/null || { echo "FAILED: refused a good tree:"; "$checker" "$tree"; exit 1; }

echo '[gone](docs/gone.md)' >>"$tree/README.md"
expect_violation "README.md:6: links to docs/gone.md, which does not exist"
echo 'two on a line: [start](../README.md), [root](README.md)' >>"$tree/docs/page.md"
expect_violation "docs/page.md:2: links to README.md, which does not exist"
echo 'see `core/tensor.h` and `core/gone.h`' >>"$tree/docs/page.md"
expect_violation "docs/page.md:2: names core/gone.h, which does not exist"
rmdir "$tree/core/ops"
expect_violation "README.md:2: names core/ops/, which does not exist"

[ "$failures" = 0 ] && echo "every seeded fault was found"
