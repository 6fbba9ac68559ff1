#!/bin/sh
# Runs the third chapter's program on real photographs: try_fine_tune.sh PROGRAM ASSETS
assets=${GRAFT_ASSETS:-$2}
weights=$assets/weights/resnet20-12fca82f.th
[ -f "$weights" ] || { echo "SKIPPED: $weights is absent"; exit 77; }
"$1" "$assets/hymenoptera" cifar_resnet20 "$weights" fine_tuned.safetensors && [ -s fine_tuned.safetensors ]
