"""Pillow and torchvision: FOLDER THREADS, from JPEGs to normalised batches of 32; a call is an epoch.

Like Graft's loader: several threads are as many workers that stay alive, one is the thread that
waits for the batches.
"""
import sys

from serve import require, serve

require("torch", "torchvision", "PIL")
import PIL  # noqa: E402
import torch  # noqa: E402
import torchvision  # noqa: E402
from torchvision import transforms  # noqa: E402


def main(folder, threads):
    torch.set_num_threads(1)
    folder = torchvision.datasets.ImageFolder(folder, transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]))
    workers = int(threads) if int(threads) > 1 else 0
    loader = torch.utils.data.DataLoader(folder, batch_size=32, num_workers=workers,
                                         persistent_workers=workers > 0)

    def call():
        for _ in loader:
            pass

    serve(f"Pillow {PIL.__version__} and torchvision {torchvision.__version__}", call)


main(*sys.argv[1:])
