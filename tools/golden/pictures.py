"""Small JPEG and PNG files of every kind the decoder treats apart, and Pillow's RGB bytes of them.

Pictures come from the "pattern" and "noise" formulas of resize.py, so the files are free of any
licence. 16-bit grey is left to a formula in the test: Pillow's convert("RGB") clips it.
"""

import hashlib
import io
import os

import numpy as np
import PIL
from PIL import Image

from . import resize

HEIGHT, WIDTH = 17, 23
LARGE = 73, 107  # JPEGs of which parts are decoded


def smooth(height, width, channels):
    """Soft gradients: what JPEG is made for."""
    h, w, c = np.ogrid[:height, :width, :channels]
    return ((9 * h + 5 * w * (1 + c) + 40 * c) % 256).astype(np.uint8)


def jpegs(height, width):
    rgb = Image.fromarray(smooth(height, width, 3))
    grey = Image.fromarray(smooth(height, width, 1)[:, :, 0])
    cmyk = Image.fromarray(smooth(height, width, 4), mode="CMYK")
    turned = Image.Exif()
    turned[0x0112] = 6  # orientation: turn by 90 degrees
    yield "baseline.jpg", rgb, {"quality": 90}
    yield "full_chroma.jpg", rgb, {"quality": 95, "subsampling": 0}
    yield "half_chroma.jpg", rgb, {"quality": 85, "subsampling": 1}
    yield "progressive.jpg", rgb, {"quality": 80, "progressive": True}
    yield "restarts.jpg", rgb, {"quality": 80, "restart_marker_blocks": 2}
    yield "turned.jpg", rgb, {"quality": 90, "exif": turned}
    yield "grey.jpg", grey, {"quality": 90}
    yield "cmyk.jpg", cmyk, {"quality": 90}


def pngs():
    noise = resize.synthetic("noise", HEIGHT, WIDTH, 4)
    rgb = Image.fromarray(noise[:, :, :3])
    palette = rgb.quantize(13)
    transparent = palette.copy()
    transparent.info["transparency"] = 3
    yield "rgb.png", rgb, {}
    yield "rgba.png", Image.fromarray(noise, mode="RGBA"), {}
    yield "grey.png", Image.fromarray(noise[:, :, 0]), {}
    yield "grey_alpha.png", Image.fromarray(noise[:, :, :2].copy(), mode="LA"), {}
    yield "bits.png", Image.fromarray(noise[:, :, 0] > 127), {}
    yield "palette.png", palette, {}
    yield "palette_transparent.png", transparent, {"transparency": 3}


def write(folder):
    os.makedirs(folder, exist_ok=True)
    lines = [f"# SHA-256 of [H,W,3] bytes after Pillow {PIL.__version__} open().convert('RGB')",
             "# name height width sha256"]
    large = [("large_" + name, image, options) for name, image, options in jpegs(*LARGE)]
    for name, image, options in [*jpegs(HEIGHT, WIDTH), *pngs(), *large]:
        data = io.BytesIO()
        image.save(data, "JPEG" if name.endswith(".jpg") else "PNG", **options)
        with open(os.path.join(folder, name), "wb") as out:
            out.write(data.getvalue())
        pixels = Image.open(data).convert("RGB").tobytes()
        lines.append(f"{name} {image.height} {image.width} {hashlib.sha256(pixels).hexdigest()}")
    with open(os.path.join(folder, "pictures.txt"), "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{folder}: {len(lines) - 2} pictures")
