"""What is compared: one row per id."""
import os

from .contestant import (GraftBench, Limit, Peer, PeerProgram, Program, Sample, StrippedProgram)
from .kernels import Kernels
from .row import Case, Row
from .targets import TARGETS

# Program of benchmarks/peers -> its library's name, and the form of network it reads.
LIBRARIES = {
    "torch": ("PyTorch", None), "tensorflow": ("TensorFlow", None),
    "onnxruntime": ("ONNX Runtime", "onnx"), "openvino": ("OpenVINO", "onnx"),
    "ncnn": ("ncnn", "ncnn"), "mnn": ("MNN", "mnn"),
}


class Bench:
    """Builds the rows for a number of threads and the files in `files` (see files.py)."""

    def __init__(self, binaries, files, threads):
        self.binaries, self.files, self.threads = binaries, files, threads

    def close(self):
        pass

    def program(self, name):
        return os.path.join(self.binaries, name)

    def graft(self, *arguments, threads=None, files=()):
        return GraftBench(self.program("graft_bench"), *arguments,
                          f"--threads={threads or self.threads}", files=files)

    def network(self, model, batch, step, *options):
        return self.graft(f"--model={model}", f"--batch={batch}", f"--step={step}", *options)

    def peer(self, library, model, batch, step, *modes):
        name, form = LIBRARIES[library]
        return Peer(" ".join([name, *modes]), library + "_network", model, batch, step,
                    self.threads, *(["cpu"] if library == "torch" else []), *modes,
                    network=self.files.network(model, form) if form else None)

    def full(self, id_, model, batch, peers):
        return Row(id_, f"{model}, batch {batch}, full fine-tuning step",
                   Case("", TARGETS[id_], self.network(model, batch, "train"),
                        [self.peer(peer, model, batch, "train") for peer in peers]))

    def evaluation(self, id_, model, batch):
        peers = [("torch",), ("torch", "compile"), ("onnxruntime",), ("openvino",)]
        return Row(id_, f"{model} evaluation, batch {batch}",
                   Case("", TARGETS[id_], self.network(model, batch, "eval"),
                        [self.peer(library, model, batch, "eval", *modes)
                         for library, *modes in peers]))

    def latency(self, id_, model):
        peers = ["onnxruntime", "openvino", "ncnn", "mnn"]
        return Row(id_, f"{model}, latency of one image",
                   Case("", TARGETS[id_], self.network(model, 1, "eval"),
                        [self.peer(peer, model, 1, "eval") for peer in peers]))

    def script(self, id_, augment):
        data, network = self.files.photographs, self.files.network("resnet18", "pth")
        files, weights = [data, network], network.file("resnet18.pth")
        graft = Program("Graft", [
            self.program("graft"), "tune", data.path, "--model", "resnet18", "--weights", weights,
            "--freeze", "trunk", "--epochs", "10", "--lr", "0.01", "--augment", augment,
            "--threads", str(self.threads), "--out", self.files.path("graft-" + id_), "--overwrite",
            "-q"], files)
        peer = PeerProgram("PyTorch", "torch_script", data.path, weights,
                           self.files.path(id_ + ".pth"), self.threads, augment, files=files)
        views = "none" if augment == "none" else "random resized crop and flip"
        return Row(id_, f"frozen ResNet-18, new head, 10 epochs over 200 JPEGs, views: {views}; "
                   "process start to saved model",
                   Case("", TARGETS[id_], graft, [peer], unit="s"))

    def bf16(self):
        def case(name, step, options, *modes):
            return Case(name, TARGETS["bf16"], self.network("resnet18", 32, step, *options),
                        [self.peer("torch", "resnet18", 32, step, *modes)])
        return Row("bf16", "ResNet-18, batch 32: Graft, its frozen layers in bf16, against PyTorch "
                   "in bf16",
                   case("eval", "eval", ["--frozen-precision=bf16"], "compile", "bf16"),
                   case("full", "train", [], "bf16"))

    def products(self):
        shapes = {"qkv": (1024, 2304, 768), "ffn1": (1024, 3072, 768), "ffn2": (1024, 768, 3072),
                  "4096": (4096, 4096, 4096)}

        def case(shape, work, name, library):
            size = ",".join(map(str, shapes[shape]))
            return Case(f"{shape}-{library}", TARGETS["gemm " + library],
                        self.graft(f"--{work}={size}"),
                        [Peer(name, "product", library, *shapes[shape], self.threads)])
        return Row("gemm", "products of a BERT-base layer (8 x 128 tokens) and 4096^3",
                   *(case(shape, *peer) for shape in shapes
                     for peer in [("product", "OpenBLAS", "openblas"),
                                  ("linear", "PyTorch Linear", "linear")]))

    def small(self):
        def case(name, batch):
            return Case(name, TARGETS["small " + name],
                        self.graft(f"--small={name}", f"--batch={batch}", threads=1),
                        [Peer("PyTorch", "torch_small", name, batch, 1)], unit="us")
        return Row("small", "training step of a small network, one thread", case("lenet5", 64),
                   case("mlp3", 64), case("head", 32))

    def memory(self):
        def case(name, model, step):
            return Case(name, TARGETS["memory " + name], self.network(model, 32, step),
                        [self.peer("torch", model, 32, step)], unit="MB")
        return Row("memory", "largest memory of the process, batch 32",
                   case("r18-full", "resnet18", "train"), case("r18-eval", "resnet18", "eval"),
                   case("mbv2-eval", "mobilenet_v2", "eval"))

    def loader(self):
        photographs = self.files.photographs
        folder = photographs.file("train")

        def case(decoder):
            graft = self.graft(f"--pictures={folder}", f"--decoder={decoder}",
                               files=[photographs])
            return Case(decoder, TARGETS["loader " + decoder], graft,
                        [Peer("Pillow and torchvision", "torch_pictures", folder, self.threads)])
        return Row("loader", "200 JPEGs to normalised batches", case("libraries"), case("stb"))

    def startup(self):
        photographs, network = self.files.photographs, self.files.network("mobilenet_v2", "pth")
        files, weights = [photographs, network], network.file("mobilenet_v2.pth")
        picture = photographs.file("val", "class0", "000.jpg")
        graft = Program("Graft", [
            self.program("graft"), "predict", picture, "--model", "mobilenet_v2", "--weights",
            weights, "--threads", str(self.threads), "-q"], files)
        peer = PeerProgram("PyTorch", "torch_predict", picture, weights, self.threads, files=files)
        size = StrippedProgram("Graft", self.program("graft"))
        return Row("startup", "process start to MobileNetV2's first prediction; size of the program "
                   "without symbols",
                   Case("predict", TARGETS["startup"], graft, [Limit(Sample(seconds=0.05)), peer]),
                   Case("size", TARGETS["startup"], size, [Limit(Sample(size=4_000_000))], unit="MB"))

    def rows(self):
        return [
            self.script("script", "none"),
            self.script("script-aug", "resized-crop"),
            self.full("r18-full", "resnet18", 32, ["torch"]),
            self.full("mbv2-full", "mobilenet_v2", 32, ["torch", "tensorflow"]),
            self.full("r50-full", "resnet50", 16, ["torch", "tensorflow"]),
            self.evaluation("r18-eval", "resnet18", 32),
            self.evaluation("mbv2-eval", "mobilenet_v2", 32),
            self.evaluation("r50-eval", "resnet50", 16),
            self.latency("b1-r18", "resnet18"),
            self.latency("b1-mbv2", "mobilenet_v2"),
            self.bf16(),
            self.products(),
            self.small(),
            self.memory(),
            self.loader(),
            self.startup(),
            Kernels(self.program("graft_bench"), self.threads),
        ]
