#!/bin/sh
# Shows the third chapter's second program a photograph of a bee, with published weights:
# try_predict.sh PROGRAM ASSETS PYTHON CONVERTER
assets=${GRAFT_ASSETS:-$2}
weights=$assets/weights/squeezenet_v1.1
[ -f "$weights.bin" ] || { echo "SKIPPED: $weights.bin is absent"; exit 77; }
[ -x "$3" ] || { echo "SKIPPED: no Python to convert the weights with"; exit 77; }
"$3" -B "$4" "$weights.param" "$weights.bin" --labels "$assets/weights/imagenet_labels.txt" \
  -o squeezenet.safetensors >/dev/null || exit 1
guesses=$("$1" "$assets/hymenoptera/val/bees/10870992_eebeeb3a12.jpg" \
  squeezenet.safetensors) || exit 1
echo "$guesses"
[ "$(echo "$guesses" | wc -l)" = 5 ] && echo "$guesses" | head -n 1 | grep -q '^0\.80[0-9]*  bee$'
