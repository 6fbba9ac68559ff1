"""What is compared: one row per id, each of one or several cases."""
import os

from .contestant import GraftBench, Peer, Program


class Case:
    """One piece of work, done by Graft and by peers; less is better."""

    def __init__(self, name, target, graft, peers, unit="ms", quantity="seconds"):
        self.name, self.target, self.graft, self.peers = name, target, graft, peers
        self.unit, self.quantity = unit, quantity


class Row:
    def __init__(self, id_, work, *cases):
        self.id, self.work, self.cases = id_, work, cases


class Bench:
    """Builds the rows for a number of threads and the files in `files` (see files.py)."""

    def __init__(self, binaries, files, threads):
        self.binaries, self.files, self.threads = binaries, files, threads

    def graft(self, *arguments, threads=None, calls=1):
        return GraftBench(os.path.join(self.binaries, "graft_bench"), *arguments,
                          f"--threads={threads or self.threads}", calls=calls)

    def network(self, model, batch, step):
        return self.graft(f"--model={model}", f"--batch={batch}", f"--step={step}")

    def peer(self, program, model, batch, step, *modes):
        return Peer(program + "_network", model, batch, step, self.threads, *modes,
                    networks=self.files.networks)

    def full(self, id_, model, batch, target, peers):
        return Row(id_, f"{model}, batch {batch}, full fine-tuning step",
                   Case("", target, self.network(model, batch, "train"),
                        [self.peer(peer, model, batch, "train") for peer in peers]))

    def evaluation(self, id_, model, batch, target, peers):
        torch = [self.peer("torch", model, batch, "eval", *modes) for modes in ((), ("compile",))]
        return Row(id_, f"{model} evaluation, batch {batch}",
                   Case("", target, self.network(model, batch, "eval"),
                        torch + [self.peer(peer, model, batch, "eval") for peer in peers]))

    def latency(self, id_, model):
        peers = ["onnxruntime", "openvino", "ncnn", "mnn"]
        return Row(id_, f"{model}, latency of one image",
                   Case("", 1.05, self.network(model, 1, "eval"),
                        [self.peer(peer, model, 1, "eval") for peer in peers]))

    def script(self, id_, augment, target):
        data, weights = self.files.photographs, os.path.join(self.files.networks, "resnet18.pth")
        graft = Program("Graft", [
            os.path.join(self.binaries, "graft"), "tune", data, "--model", "resnet18", "--weights",
            weights, "--freeze", "trunk", "--epochs", "10", "--lr", "0.01", "--augment", augment,
            "--threads", str(self.threads), "--out", self.files.path("graft-" + id_), "-q"])
        peer = Peer("torch_script", data, weights, self.files.path(id_ + ".pth"), self.threads,
                    augment)
        views = "none" if augment == "none" else "random resized crop and flip"
        return Row(id_, f"frozen ResNet-18, new head, 10 epochs over 200 JPEGs, views: {views}; "
                   "process start to saved model",
                   Case("", target, graft, [Program("PyTorch script", peer.command)], unit="s"))

    def bf16(self):
        def case(name, step, modes):
            return Case(name, 1.0, self.network("resnet18", 32, step),
                        [self.peer("torch", "resnet18", 32, step, *modes)])
        return Row("bf16", "ResNet-18, batch 32: Graft in f32 against PyTorch in bf16",
                   case("eval", "eval", ["compile", "bf16"]), case("full", "train", ["bf16"]))

    def products(self):
        cases = []
        for name, m, n, k in [("qkv", 1024, 2304, 768), ("ffn1", 1024, 3072, 768),
                              ("ffn2", 1024, 768, 3072), ("4096", 4096, 4096, 4096)]:
            for library, target in [("openblas", 1.05), ("linear", 1.0)]:
                cases.append(Case(f"{name}-{library}", target,
                                  self.graft(f"--product={m},{n},{k}"),
                                  [Peer("product", library, m, n, k, self.threads)]))
        return Row("gemm", "products of a BERT-base layer (8 x 128 tokens) and 4096^3", *cases)

    def small(self):
        def case(name, batch, target):
            return Case(name, target,
                        self.graft(f"--small={name}", f"--batch={batch}", threads=1),
                        [Peer("torch_small", name, batch, "train", 1)], unit="us")
        return Row("small", "training step of a small network, one thread", case("lenet5", 64, 5),
                   case("mlp3", 64, 2.5), case("head", 32, 20))

    def memory(self):
        def case(name, model, step, target):
            return Case(name, target, self.network(model, 32, step),
                        [self.peer("torch", model, 32, step)], unit="MB", quantity="peak_bytes")
        return Row("memory", "largest memory of the process, batch 32",
                   case("r18-full", "resnet18", "train", 1435 / 870),
                   case("r18-eval", "resnet18", "eval", 679 / 270),
                   case("mbv2-eval", "mobilenet_v2", "eval", 750 / 120))

    def loader(self):
        folder = os.path.join(self.files.photographs, "train")

        def case(decoder, target):
            return Case(decoder, target,
                        self.graft(f"--pictures={folder}", f"--decoder={decoder}", threads=1),
                        [Peer("torch_pictures", folder)])
        return Row("loader", "200 JPEGs to normalised batches, one thread",
                   case("libraries", 2.5), case("stb", 1.5))

    def rows(self):
        return [
            self.script("script", "none", 20),
            self.script("script-aug", "resized-crop", 2.8),
            self.full("r18-full", "resnet18", 32, 1.8, ["torch"]),
            self.full("mbv2-full", "mobilenet_v2", 32, 1.6, ["torch", "tensorflow"]),
            self.full("r50-full", "resnet50", 16, 1.4, ["torch", "tensorflow"]),
            self.evaluation("r18-eval", "resnet18", 32, 1.7, ["onnxruntime", "openvino"]),
            self.evaluation("mbv2-eval", "mobilenet_v2", 32, 1.2, ["onnxruntime", "openvino"]),
            self.evaluation("r50-eval", "resnet50", 16, 1.15, ["onnxruntime", "openvino"]),
            self.latency("b1-r18", "resnet18"),
            self.latency("b1-mbv2", "mobilenet_v2"),
            self.bf16(),
            self.products(),
            self.small(),
            self.memory(),
            self.loader(),
        ]
