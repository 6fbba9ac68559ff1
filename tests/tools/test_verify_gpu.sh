#!/bin/bash
# Tests tools/verify_gpu on a copy beside programs that only say that they were called. Argument: the
# source folder.
set -uo pipefail
source_folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() { echo "FAILED: $1"; failures=$((failures + 1)); }
has() { grep -qF -- "$1" "$2" || fail "no '$1' in ${2##*/}"; }

# A program that notes its call and then does what FAKE_NAME says: a command of the shell.
fake() {
  # shellcheck disable=SC2016  # expanded when the program runs
  printf '#!/bin/bash\necho "%s $*" >>"$CALLS"\n%s\neval "${FAKE_%s:-}"\n' \
    "$1" "${2:-}" "${1//-/_}" >"$work/fakes/$1"
  chmod +x "$work/fakes/$1"
}

mkdir -p "$work/fakes" "$work/tree/tools" "$work/tree/build/cuda/bin" "$work/tree/benchmarks"
cp "$source_folder/tools/verify_gpu" "$work/tree/tools/"
fake nvidia-smi 'case $1 in
  *=compute_cap) echo "${FAKE_COMPUTE-9.0}" ;;
  *=name) echo "Fake H200 (1)" ;;
  *) echo "Fake H200 (1), 5 MiB, 580" ;;
esac'
fake cmake 'echo "-- graft: CUDA Toolkit 13.0"'
# shellcheck disable=SC2016
fake ctest 'echo "device required: $GRAFT_REQUIRE_DEVICE"'
fake compute-sanitizer
fake nvcc
fake python3
for program in graft graft_tests graft_ladder graft_bench; do
  fake "$program" "$([ "$program" = graft_bench ] &&
    printf '%s' 'printf "| \`neg\` | x |\n| \`conv2d\` | x |\n"')"
  mv "$work/fakes/$program" "$work/tree/build/cuda/bin/"
done

# Runs it; what it says is in $work/out, its record in $record.
verify() {  # expected exit code, NAME=VALUE...
  local expected=$1 code
  shift
  rm -rf "$work/tree/benchmarks/results" "$work/calls"
  env PATH="$work/fakes:$PATH" CALLS="$work/calls" TORCH_PYTHON=python3 "$@" \
    "$work/tree/tools/verify_gpu" >"$work/out" 2>&1
  code=$?
  [ "$code" = "$expected" ] || { fail "exit code $code, not $expected: $*"; cat "$work/out"; }
  record=$(echo "$work"/tree/benchmarks/results/*)
}

verify 0
has "Fake H200 (1), 5 MiB, 580, sm_90" "$record"
[[ $record == *-gpu-Fake-H200-1-.txt ]] || fail "record $record"
has "device required: cuda" "$record"
has "-- graft: CUDA Toolkit 13.0" "$record"
has "-DCMAKE_CUDA_ARCHITECTURES=90" "$work/calls"
for name in build tests ladder comparison memcheck racecheck; do has "-- $name: ok" "$record"; done
for op in neg conv2d; do has "racecheck $op: clean" "$record"; done
has "0 stages failed" "$work/out"

verify 1 FAKE_ctest='exit 8' FAKE_compute_sanitizer='[[ $* != *racecheck* ]]'
has "-- tests: FAILED, exit code 8" "$record"
has "-- comparison: ok" "$record"
has "-- memcheck: ok" "$record"
has "racecheck neg: FAILED" "$record"
has "2 stages failed" "$record"

verify 1 FAKE_cmake='echo "x.cpp: error: no"; exit 1'
has "x.cpp: error: no" "$record"
has "-- build: FAILED" "$record"
has "-- ladder: ok" "$record"

verify 1 GPU_SECONDS=10 FAKE_graft_ladder='sleep 60'
has "-- ladder: out of time" "$record"
has "-- comparison: ok" "$record"
has "memcheck neg: did not fit" "$record"

verify 5 FAKE_COMPUTE=
has "verify_gpu: nvidia-smi finds no GPU" "$work/out"
[ ! -e "$work/tree/benchmarks/results" ] || fail "a record without a GPU"

[ "$failures" = 0 ] && echo "all passed"
