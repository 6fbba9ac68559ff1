"""SHA-256 of Pillow's BILINEAR and BICUBIC results for synthetic images, up and down, odd sizes.

Images, pixel (h, w, c): "pattern" (7h + 13w + 29c) mod 256; "noise" the low byte of
formula.bits("resize.noise", i) with i counting in [H,W,C] order. One channel is Pillow's mode L,
three are RGB.
"""

import hashlib
import os

import numpy as np
import PIL
from PIL import Image

from . import formula

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
# height, width -> height, width
SIZES = (((1, 1), (1, 1)), ((1, 1), (5, 3)), ((2, 3), (1, 1)), ((3, 2), (7, 11)),
         ((5, 5), (5, 5)), ((5, 9), (5, 4)), ((9, 5), (4, 5)), ((32, 32), (224, 224)),
         ((37, 53), (256, 366)), ((61, 200), (17, 31)), ((97, 113), (96, 112)),
         ((101, 67), (33, 22)), ((127, 255), (128, 256)), ((200, 150), (256, 192)),
         ((211, 307), (64, 93)), ((333, 500), (256, 384)), ((375, 501), (1, 259)),
         ((480, 640), (3, 640)), ((500, 333), (500, 11)))


def synthetic(kind, height, width, channels):
    """A u8 image [H,W,C]."""
    if kind == "noise":
        low = formula.bits("resize.noise", height * width * channels) & np.uint64(255)
        return low.astype(np.uint8).reshape(height, width, channels)
    h, w, c = np.ogrid[:height, :width, :channels]
    return ((7 * h + 13 * w + 29 * c) % 256).astype(np.uint8)


def write(path):
    """One line per case: kind channels height width out_height out_width filter sha256."""
    lines = [f"# SHA-256 of [H,W,C] bytes after Pillow {PIL.__version__} Image.resize",
             "# kind channels height width out_height out_width filter sha256"]
    for kind in ("pattern", "noise"):
        for channels in (1, 3):
            for (height, width), (out_height, out_width) in SIZES:
                pixels = synthetic(kind, height, width, channels)
                image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
                for name, resample in FILTERS.items():
                    result = image.resize((out_width, out_height), resample)
                    digest = hashlib.sha256(result.tobytes()).hexdigest()
                    lines.append(f"{kind} {channels} {height} {width} {out_height} {out_width} "
                                 f"{name} {digest}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{path}: {len(lines) - 2} cases")
