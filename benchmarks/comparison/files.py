"""The files that contestants read: photographs and networks. Each is made once, when it is needed
first: in a temporary folder that gets its name when it is complete."""
import os
import tempfile

from .contestant import Absent, peer_command, run_measured


class Folder:
    """A folder that fill(path) makes; what failed once is not tried again in this run."""

    def __init__(self, path, fill):
        self.path, self._fill, self._failure = path, fill, None

    def file(self, *names):
        return os.path.join(self.path, *names)

    def provide(self):
        if os.path.exists(self.path):
            return
        if self._failure is None:
            self._make()
        if self._failure is not None:
            raise Absent(f"no {os.path.basename(self.path)}: {self._failure}")

    def _make(self):
        above = os.path.dirname(self.path)
        os.makedirs(above, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=above) as temporary:
            complete = os.path.join(temporary, "complete")
            os.mkdir(complete)
            try:
                self._fill(complete)
                os.rename(complete, self.path)
            except Absent as reason:
                self._failure = str(reason)


class Files:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.photographs = Folder(self.path("photographs"), draw_photographs)
        self._networks = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def network(self, model, form):
        """The folder that holds MODEL.FORM, of the forms of peers/export_networks.py."""
        name = f"{model}-{form}"
        if name not in self._networks:
            self._networks[name] = Folder(self.path(name), lambda folder: run_measured(
                peer_command("export_networks", folder, model, form)))
        return self._networks[name]


def draw_photographs(folder):
    """200 JPEGs of 500 x 375 to train on and 10 to measure, in 10 classes, with the spectrum of
    photographs (power falling as 1/f^2), qualities 90 and 95."""
    try:
        import numpy
        from PIL import Image
    except ImportError as error:
        raise Absent(f"they are drawn with NumPy and Pillow: {error}") from None
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
