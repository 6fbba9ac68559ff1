#!/bin/sh
# Runs the third chapter's program on real photographs, and the second one on what it wrote:
# try_fine_tune.sh PROGRAM ASSETS PREDICT
assets=${GRAFT_ASSETS:-$2}
weights=$assets/weights/resnet20-12fca82f.th
[ -f "$weights" ] || { echo "SKIPPED: $weights is absent"; exit 77; }
rm -f fine_tuned.safetensors
"$1" "$assets/hymenoptera" cifar_resnet20 "$weights" fine_tuned.safetensors || exit 1
guesses=$("$3" "$assets/hymenoptera/val/bees/10870992_eebeeb3a12.jpg" \
  fine_tuned.safetensors) || exit 1
echo "$guesses"
[ "$(echo "$guesses" | sed 's/.*  //' | sort | tr '\n' ' ')" = "ants bees " ]
