#!/usr/bin/env python3
"""Write the golden values under tests/golden/ (its README.md describes every file and key).

  make_golden.py                                   all parts that need no assets
  make_golden.py photos predictions --assets DIR   the parts that read the test assets
  make_golden.py --search-inputs 64 resnet50       which input numbers are stable (models.py)

Parts: models, resize, optim, layers, pictures (need nothing); photos, predictions (need --assets). Needs torch,
torchvision, Pillow and numpy; their versions are written into each file. The output is
deterministic up to the last digits that PyTorch's f64 arithmetic leaves open between machines.
"""

import argparse
import os
import sys

PARTS = ("models", "resize", "optim", "layers", "pictures")
ASSET_PARTS = ("photos", "predictions")


def run_part(part, out, assets):
    """Import a part only when it runs: photos need no torch."""
    if part == "models":
        from golden import models
        os.makedirs(os.path.join(out, "models"), exist_ok=True)
        for name in models.INPUTS:
            path = os.path.join(out, "models", name + ".safetensors")
            print(models.make_model(name, path), flush=True)
    elif part == "resize":
        from golden import resize
        resize.write(os.path.join(out, "resize.txt"))
    elif part == "optim":
        from golden import optim
        optim.write(os.path.join(out, "optim.txt"))
    elif part == "layers":
        from golden import layers
        layers.write(os.path.join(out, "layers.txt"))
    elif part == "pictures":
        from golden import pictures
        pictures.write(os.path.join(out, "pictures"))
    elif part == "photos":
        from golden import photos
        photos.write(os.path.join(assets, "hymenoptera"), os.path.join(out, "photos.txt"))
    else:
        from golden import predictions
        predictions.write(assets, os.path.join(out, "predictions.txt"))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: " + " ".join(PARTS))
    parser.add_argument("--assets", metavar="DIR", default=os.environ.get("GRAFT_ASSETS"))
    parser.add_argument("--out", metavar="DIR", default=os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden"))
    parser.add_argument("--search-inputs", type=int, metavar="N", help="PART is a model's name")
    options = parser.parse_args()
    if options.search_inputs:
        from golden import models
        for name in options.parts or models.INPUTS:
            models.search_inputs(name, options.search_inputs)
        return 0
    for part in options.parts or PARTS:
        if part not in PARTS + ASSET_PARTS:
            parser.error(f"unknown part '{part}'")
        if part in ASSET_PARTS and not options.assets:
            parser.error(f"part '{part}' needs --assets")
        run_part(part, options.out, options.assets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
