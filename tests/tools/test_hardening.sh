#!/bin/sh
# The optimised program is hardened: position independent, bound at start, no executable stack,
# stack protector and fortified calls linked in. Usage: test_hardening.sh READELF PROGRAM
set -u
failures=0
expect() {  # what, pattern, readelf's options...
  what=$1 pattern=$2
  shift 2
  "$readelf" "$@" "$program" | grep -qE "$pattern" || { echo "FAILED: $what"; failures=1; }
}
readelf=$1 program=$2
expect "position independent" 'Type: +DYN' -h
expect "bound at start" 'FLAGS.*NOW' -dW
expect "read-only relocations" 'GNU_RELRO' -lW
expect "stack not executable" 'GNU_STACK.* RW  ?0x' -lW
expect "stack protector" '__stack_chk_fail' -sW
expect "fortified calls" '__[a-z]*_chk' -sW
[ "$failures" = 0 ] && echo "hardened"
