"""The files that contestants read: photographs and networks, made once in a folder."""
import os
import subprocess
import sys

from .contestant import PEERS, Absent

NETWORKS = ["resnet18", "mobilenet_v2", "resnet50"]
FORMS = ["pth", "onnx", "mnn", "ncnn.bin"]


class Files:
    def __init__(self, folder, graft):
        self.folder, self.graft = os.path.abspath(folder), graft
        self.networks = self.path("networks")
        self.photographs = self.path("photographs")

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self):
        """Makes what is missing; what could not be made is told by the contestant that needs it."""
        os.makedirs(self.folder, exist_ok=True)
        missing = [name for name in NETWORKS
                   if not os.path.exists(os.path.join(self.networks, name + ".pth"))]
        if missing:
            subprocess.run([sys.executable, os.path.join(PEERS, "export_networks.py"),
                            self.networks, *missing], stdout=subprocess.DEVNULL, check=False)
        if not os.path.exists(self.photographs):
            draw_photographs(self.photographs)


def draw_photographs(folder):
    """200 JPEGs of 500 x 375 to train on and 10 to measure, in 10 classes, with the spectrum of
    photographs (power falling as 1/f^2), qualities 90 and 95."""
    try:
        import numpy
        from PIL import Image
    except ImportError as error:
        raise Absent(f"photographs are drawn with NumPy and Pillow: {error}") from None
    width, height, random = 500, 375, numpy.random.default_rng(0)
    frequency = numpy.hypot(numpy.fft.fftfreq(height)[:, None], numpy.fft.fftfreq(width)[None, :])
    frequency[0, 0] = 1

    def texture():
        phase = numpy.exp(2j * numpy.pi * random.random((height, width)))
        drawn = numpy.fft.ifft2(phase / frequency ** random.uniform(1.0, 1.25)).real
        return (drawn - drawn.mean()) / drawn.std()

    for part, count in (("train", 200), ("val", 10)):
        for i in range(count):
            light = texture()
            channels = [128 + 50 * (0.8 * light + 0.3 * texture()) for _ in range(3)]
            pixels = numpy.clip(numpy.stack(channels, -1), 0, 255).astype(numpy.uint8)
            path = os.path.join(folder, part, f"class{i % 10}", f"{i:03d}.jpg")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Image.fromarray(pixels).save(path, quality=90 if i % 2 else 95)
