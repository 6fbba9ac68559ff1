"""Hashes of real photographs after decoding, resizing and cropping as torchvision does.

Only hashes are kept, no pixels. Contract: decode to RGB, short side to R (long side truncated),
Pillow filter, centre crop S with offset (n - S) / 2 rounded half to even.
"""

import hashlib
import os

import PIL
from PIL import Image, features

from .resize import FILTERS

# short side, crop, filter
VIEWS = ((256, 224, "bilinear"), (259, 227, "bilinear"), (256, 224, "bicubic"))


def prepare(image, short, crop, name):
    """The view of torchvision's Resize(short) and CenterCrop(crop)."""
    width, height = image.size
    if width <= height:
        size = (short, int(short * height / width))
    else:
        size = (int(short * width / height), short)
    image = image.resize(size, FILTERS[name])
    left, top = round((size[0] - crop) / 2), round((size[1] - crop) / 2)
    return image.crop((left, top, left + crop, top + crop))


def digest(image):
    """The first 16 hex digits of the SHA-256 of the RGB bytes."""
    return hashlib.sha256(image.tobytes()).hexdigest()[:16]


def photographs(folder):
    """All JPEG paths below the folder, relative, sorted."""
    found = []
    for root, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(root, name), folder).replace(os.sep, "/")
                  for name in names if name.lower().endswith((".jpg", ".jpeg"))]
    return sorted(found)


def write(folder, path):
    """One line per photograph; the name comes last because it may hold a space."""
    columns = " ".join(f"{name}{short}crop{crop}" for short, crop, name in VIEWS)
    lines = [f"# SHA-256 (16 digits) of RGB bytes, Pillow {PIL.__version__}, libjpeg-turbo "
             f"{features.version('libjpeg_turbo')}", f"# width height decoded {columns} name"]
    for name in photographs(folder):
        with Image.open(os.path.join(folder, name)) as source:
            image = source.convert("RGB")
        views = " ".join(digest(prepare(image, *view)) for view in VIEWS)
        lines.append(f"{image.width} {image.height} {digest(image)} {views} {name}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{path}: {len(lines) - 2} photographs")
