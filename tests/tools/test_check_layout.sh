#!/bin/sh
# A tree that keeps the rules passes tools/check_layout; each seeded violation makes it fail and
# is named. Usage: test_check_layout.sh SOURCE_TREE
set -eu
checker=$1/tools/check_layout
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

good_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/core" "$tree/layers" "$tree/tools" "$tree/data"
  echo '#include <vector>' >"$tree/core/tensor.h"
  echo '#include "graft/core/tensor.h"' >"$tree/core/tensor.cpp"
  echo 'target_sources(graft PRIVATE tensor.cpp)' >"$tree/core/CMakeLists.txt"
  echo '#include "graft/core/tensor.h"' >"$tree/layers/linear.h"
  echo '#include "graft/layers/linear.h"' >"$tree/tools/main.cpp"
  echo 'add_executable(x main.cpp)' >"$tree/tools/CMakeLists.txt"
  mkdir "$tree/data/list"
  echo '#include <png.h>' >"$tree/data/png.cpp"
  echo 'target_sources(graft PRIVATE ../png.cpp)' >"$tree/data/list/CMakeLists.txt"
}

expect_violation() {  # text that the checker must print, having failed
  if found=$("$checker" "$tree" 2>&1); then
    echo "FAILED: accepted a tree with: $1"; failures=$((failures + 1))
  elif ! printf '%s\n' "$found" | grep -qF -- "$1"; then
    echo "FAILED: expected '$1' in:"; printf '%s\n' "$found"; failures=$((failures + 1))
  fi
  good_tree
}

lines() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; ++i) print "//" }'; }

good_tree
"$checker" "$tree" >/dev/null || { echo "FAILED: refused a good tree:"; "$checker" "$tree"; exit 1; }

echo '#include "graft/layers/linear.h"' >>"$tree/core/tensor.cpp"
expect_violation "core/tensor.cpp: core may not know layers (graft/layers/linear.h)"
echo '#include "graft/tools/main.cpp"' >>"$tree/layers/linear.h"
expect_violation "layers/linear.h: layers may not know tools"
for header in cblas.h cuda_runtime.h immintrin.h unistd.h nlohmann/json.hpp; do
  echo "#include <$header>" >>"$tree/core/tensor.cpp"
  expect_violation "core/tensor.cpp: core may not include <$header>"
done
echo '#include <png.h>' >"$tree/data/decode.h"
expect_violation "data/decode.h: a header of the library may not include <png.h>"
echo '#include "tensor.h"' >>"$tree/core/tensor.cpp"
expect_violation 'core/tensor.cpp: write "graft/..." instead of "tensor.h"'
echo '#include "graft/core/absent.h"' >>"$tree/core/tensor.cpp"
expect_violation "core/tensor.cpp: includes core/absent.h, which does not exist"
echo '#include "graft/core/b.h"' >"$tree/core/a.h"
echo '#include "graft/core/c.h"' >"$tree/core/b.h"
echo '#include "graft/core/a.h"' >"$tree/core/c.h"
expect_violation "core/b.h: is part of an include cycle"
lines 601 >"$tree/core/long.h"
expect_violation "core/long.h: 601 lines, more than 600"
lines 351 >"$tree/core/long.h"
expect_violation "1 of 6 files exceed 350 lines"
for name in a b c d e f; do lines 121 >"$tree/core/$name.h"; done
expect_violation "6 of 11 files exceed 120 lines"
echo '// forgotten' >"$tree/core/forgotten.cpp"
expect_violation "core/forgotten.cpp: in no CMakeLists.txt"
echo 'target_sources(graft PRIVATE gone.cpp)' >>"$tree/core/CMakeLists.txt"
expect_violation "core/CMakeLists.txt: lists core/gone.cpp, which does not exist"
echo 'target_sources(graft PRIVATE tensor.cpp)' >>"$tree/core/CMakeLists.txt"
expect_violation "core/CMakeLists.txt: tensor.cpp is listed twice"
echo 'core/tensor.cpp include no reason any more' >"$tree/tools/check_layout.exceptions"
expect_violation "tools/check_layout.exceptions: not needed: core/tensor.cpp include"

# An exception takes exactly its violation away.
echo '#include <unistd.h>' >>"$tree/core/tensor.cpp"
echo 'core/tensor.cpp include asks the system' >"$tree/tools/check_layout.exceptions"
"$checker" "$tree" >/dev/null || { echo "FAILED: an exception was not heeded"; failures=$((failures + 1)); }

[ "$failures" = 0 ] && echo "every seeded violation was found"
