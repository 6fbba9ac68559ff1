"""Tests of tools/convert.py: on files written here, and on the test assets where they are.

Arguments: the class to test, `Synthetic` or `Assets`, and where the assets are while GRAFT_ASSETS
does not say so. Exit code 77: they are absent.
"""

import contextlib
import io
import json
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import convert  # noqa: E402
from converters import generic, mobilenet_v2, squeezenet  # noqa: E402
from converters.errors import ConvertError  # noqa: E402
from converters.ncnn import read_ncnn  # noqa: E402
from converters.safetensors import read_safetensors  # noqa: E402
from converters.tflite import Network  # noqa: E402
from tiny_tflite import network as tiny_tflite  # noqa: E402

ASSETS = Path(os.environ.get("GRAFT_ASSETS", sys.argv.pop()))
PARAM = """7767517
2 2
Input            data   0 1 data 0=4 1=4 2=1
Convolution      conv   1 1 data out 0=3 1=1 5=1 6=3 9=1
"""
BIN = struct.pack("<I3e2x3f", 0x01306B47, 0.5, -2, 1.25, 1, 2, 3)


class Synthetic(unittest.TestCase):
    def run_main(self, *arguments):
        """The exit code; the messages are kept off the terminal, in self.messages."""
        said = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            try:
                return convert.main([str(a) for a in arguments])
            except SystemExit as stop:
                return stop.code
            finally:
                self.messages = said.getvalue()

    def test_tflite_dequantises_and_transposes(self):
        conv, depthwise = Network(tiny_tflite()).operators
        self.assertEqual(conv.weight.shape, (2, 2, 2, 2))
        # File order OHWI: q = 8o + 4h + 2w + i - 8, times 0.5 for o = 0 and 0.25 for o = 1.
        wanted = [(8 * o + 4 * h + 2 * w + i - 8) * (0.5, 0.25)[o]
                  for o in (0, 1) for i in (0, 1) for h in (0, 1) for w in (0, 1)]
        self.assertEqual(list(conv.weight.values), wanted)
        self.assertEqual(list(conv.bias.values), [0.375, -0.5])
        self.assertEqual((conv.padding, conv.stride, conv.activation), ("same", (1, 2), "relu6"))
        self.assertEqual(depthwise.weight.shape, (2, 1, 1, 2))
        self.assertEqual(list(depthwise.weight.values), [0, 4, 2, 6])
        self.assertEqual(list(depthwise.bias.values), [1.5, -2])

    def test_damaged_tflite_is_refused_or_read(self):
        whole = tiny_tflite()
        refused = 0
        damaged = [whole[:n] for n in range(len(whole))]
        damaged += [whole[:n] + bytes([value]) + whole[n + 1:]
                    for n in range(len(whole)) for value in (0, 1, 127, 128, 255)]
        for data in damaged:
            try:
                generic.dump_tflite(Network(data))
            except ConvertError:
                refused += 1
        self.assertGreater(refused, len(whole) - 8)

    def test_ncnn_reads_fp16(self):
        layer, = read_ncnn(PARAM, BIN)
        self.assertEqual(layer.weight.shape, (3, 1, 1, 1))
        self.assertEqual(list(layer.weight.values), [0.5, -2, 1.25])
        self.assertEqual(list(layer.bias.values), [1, 2, 3])

    def test_ncnn_refusals(self):
        for param, data, message in (
                (PARAM, BIN + b"\0", "1 bytes left over"),
                (PARAM, BIN[:-1], "ends in conv bias"),
                (PARAM, b"\1" + BIN[1:], "storage tag"),
                (PARAM.replace("6=3", "6=4"), BIN, "4 weights for 3 outputs"),
                (PARAM.replace("Input", "LSTM"), BIN, "layer type LSTM"),
                (PARAM.replace("0=3", "0="), BIN, "cannot read the line"),
                ("7767518\n", BIN, "not an ncnn .param file")):
            with self.assertRaisesRegex(ConvertError, message):
                read_ncnn(param, data)

    def test_identity_variance(self):
        self.assertEqual(struct.pack("<f", mobilenet_v2.identity_variance()),
                         struct.pack("<f", 1 - 1e-5))

    def test_command(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "n.param").write_text(PARAM)
            (folder / "n.bin").write_bytes(BIN)
            (folder / "n.tflite").write_bytes(tiny_tflite())
            out = folder / "out.safetensors"
            self.assertEqual(self.run_main(folder / "n.bin", folder / "n.param", "-o", out), 0)
            tensors, metadata = read_safetensors(out)
            self.assertEqual(list(tensors), ["conv.weight", "conv.bias"])
            self.assertEqual(metadata["graft.model"], "generic")
            self.assertEqual(self.run_main(folder / "n.tflite", "-o", out), 0)
            self.assertEqual(list(read_safetensors(out)[0])[:2],
                             ["layers.0.conv_2d.weight", "layers.0.conv_2d.bias"])
            out.unlink()
            for half in "n.param", "n.bin":
                self.assertEqual(self.run_main(folder / half, "-o", out), 2)
                self.assertIn(f"{half} is half of an ncnn network: give its .param and its .bin",
                              self.messages)
            for missing in folder / "none", folder / "none.tflite":
                self.assertEqual(self.run_main(missing, "-o", out), 4)
                self.assertEqual(self.messages, f"convert: {missing}: No such file or directory\n")
            absent = folder / "no" / "x"
            self.assertEqual(self.run_main(folder / "n.tflite", "-o", absent), 4)
            self.assertEqual(self.messages, f"convert: {absent}: No such file or directory\n")
            (folder / "labels").write_bytes(b"ant\nb\xff")
            self.assertEqual(self.run_main(folder / "n.tflite", "-o", out, "--labels",
                                           folder / "labels"), 3)
            self.assertIn("labels: byte 5 is not UTF-8", self.messages)
            self.assertEqual(sorted(p.name for p in folder.iterdir()),
                             ["labels", "n.bin", "n.param", "n.tflite"])


@unittest.skipUnless((ASSETS / "weights").is_dir(), f"no test assets at {ASSETS}")
class Assets(unittest.TestCase):
    def convert(self, *names):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.safetensors")
            files = [str(ASSETS / "weights" / name) for name in names]
            labels = str(ASSETS / "weights" / "imagenet_labels.txt")
            self.assertEqual(convert.main([*files, "-o", out, "--labels", labels]), 0)
            return read_safetensors(out)

    def test_mobilenet_v2(self):
        tensors, metadata = self.convert("tf2_mobilenet_v2_1.0_224_ptq.tflite")
        folded = [name for name in tensors if "running" not in name
                  and not (name.endswith("weight") and name[:-6] + "running_var" in tensors)]
        self.assertEqual(sum(len(tensors[name].values) for name in folded), 3_489_097)
        self.assertEqual(tensors["features.18.0.weight"].shape, (1280, 320, 1, 1))
        self.assertEqual(tensors["features.2.conv.1.0.weight"].shape, (96, 1, 3, 3))
        self.assertEqual(tensors["classifier.1.weight"].shape, (1001, 1280))
        labels = json.loads(metadata["graft.labels"])
        self.assertEqual((labels[0], labels[310], labels[311]),
                         ("background", "bee", "ant, emmet, pismire"))
        self.assertEqual(metadata["graft.model_options"], "padding=same")

    def test_squeezenet(self):
        tensors, metadata = self.convert("squeezenet_v1.1.param", "squeezenet_v1.1.bin")
        self.assertEqual(sum(len(t.values) for t in tensors.values()), 1_235_496)
        self.assertEqual(set(tensors), {f"{name}.{kind}" for kind in ("weight", "bias")
                                        for name in squeezenet.torch_names().values()})
        self.assertEqual(len(json.loads(metadata["graft.labels"])), 1000)
        self.assertEqual(json.loads(metadata["graft.preprocess"]),
                         {"resize_short": 259, "filter": "bilinear", "crop": [227, 227],
                          "colour": "bgr", "range": 1, "mean": [104, 117, 123],
                          "std": [1, 1, 1]})
        self.assertEqual(metadata["graft.model_options"], "classifier_padding=1")

    def test_generic(self):
        for name, values in (("mobilenet_v1_0.25_128_quant.tflite", 467_593),
                             ("kws_ref_model_float32.tflite", 22_604)):
            tensors, _ = self.convert(name)
            self.assertEqual(sum(len(t.values) for t in tensors.values()), values)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=1)
    if not program.result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if len(program.result.skipped) == program.result.testsRun else 0)
