"""Pillow and torchvision: FOLDER, one thread, from JPEG to network input; a call is a pass over the folder."""
import os
import sys

from serve import require, serve

require("torch", "torchvision", "PIL")
import PIL  # noqa: E402
import torch  # noqa: E402
import torchvision  # noqa: E402
from PIL import Image  # noqa: E402
from torchvision import transforms  # noqa: E402


def main(folder):
    torch.set_num_threads(1)
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(folder) for name in names
                   if name.endswith(".jpg"))
    prepare = transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def call():
        for path in paths:
            with Image.open(path) as picture:
                prepare(picture.convert("RGB"))

    serve(f"Pillow {PIL.__version__} and torchvision {torchvision.__version__}", call)


main(*sys.argv[1:])
