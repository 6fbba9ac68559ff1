"""What is compared on a GPU: one row per id. Mixed precision in bf16 throughout."""
import os

from .contestant import GraftServer, Peer, Sample
from .kernels import Together, shares
from .row import Case, Row
from .targets import TARGETS

# (operation, direction) of graft_bench --memory-bound -> case.
MEMORY_BOUND = {
    ("relu", "forward"): "relu", ("relu", "backward"): "relu-backward",
    ("add", "forward"): "add", ("dropout", "forward"): "dropout",
    ("batch_norm_train", "forward"): "batch_norm",
    ("batch_norm_train", "backward"): "batch_norm-backward",
    ("max_pool2d", "forward"): "max_pool", ("global_avg_pool2d", "forward"): "avg_pool",
    ("softmax", "forward"): "softmax", ("softmax", "backward"): "softmax-backward",
    ("sgd_step", "forward"): "sgd_step", ("adam_step", "forward"): "adam_step",
}
LADDER = {"warpgroup": "wgmma"}
PROBE_SECONDS = 0.1


class DeviceBench:
    """Builds the rows for a device. `rehearse`: as little work as possible in f32, peers on the CPU:
    whether the rows run, with a device of host memory in place of a GPU, which records nothing and
    has no ladder. `limit`: how many seconds
    a peer may take to get ready."""

    def __init__(self, binaries, device, rehearse=False, limit=None):
        self.binaries, self.device, self.limit = binaries, device, limit
        self.rehearse = rehearse
        self.peer_device = "cpu" if rehearse else device
        self.precision = [] if rehearse else ["--precision=bf16"]
        self._probe = None

    def probe(self):
        """The speed of the device in GFLOP/s, by a product of a size that fills it."""
        size = 256 if self.rehearse else 4096
        if self._probe is None:
            self._probe = GraftServer(self.program("graft_bench"), f"--product={size},{size},{size}",
                                      f"--device={self.device}", *self.precision)
            self._probe.start()
        return 2 * size ** 3 / self._probe.measure(PROBE_SECONDS).seconds / 1e9

    def close(self):
        if self._probe:
            self._probe.close()

    def program(self, name):
        return os.path.join(self.binaries, name)

    def network(self, model, batch, step, *options):
        return GraftServer(self.program("graft_bench"), f"--model={model}", f"--step={step}",
                           f"--batch={self.batch(batch)}", f"--device={self.device}",
                           *self.precision, *options)

    def torch(self, model, batch, step, *modes):
        return Peer(" ".join(["PyTorch", *modes]), "torch_network", model, self.batch(batch), step,
                    os.cpu_count(), self.peer_device, *modes, limit=self.limit)

    def batch(self, batch):
        return 2 if self.rehearse else batch

    def case(self, name, target, model, batch, step, modes, *options):
        return Case(name, TARGETS[target], self.network(model, batch, step, *options),
                    [self.torch(model, batch, step, *words) for words in modes],
                    at_once=not self.rehearse)

    def memory_bound(self):
        command = [self.program("graft_bench"), "--memory-bound", "--json",
                   f"--device={self.device}", f"--batch={self.batch(256)}", *self.precision]
        return Together("bandwidth", "operations that move memory, bf16 [256,56,56,256]: share "
                        "of the bandwidth of a copy",
                        dict.fromkeys(MEMORY_BOUND.values(), "cuda bandwidth"),
                        lambda seconds: [*command, f"--min-time={seconds}"],
                        lambda lines: shares(
                            lines, lambda timing: (timing["op"], timing["direction"]),
                            MEMORY_BOUND, "gbs", "copy"))

    def product(self):
        def read(lines):
            return {LADDER[line["step"]]: {"Graft": Sample(line["seconds"]),
                                           "cuBLASLt": Sample(line["library_seconds"])}
                    for line in lines if line["step"] in LADDER}
        return Together("gemm", "the ladder's last step, bf16 8192^3, against cuBLASLt",
                        dict.fromkeys(LADDER.values(), "cuda gemm"),
                        lambda seconds: [self.program("graft_ladder"), "8192", str(seconds), "json"],
                        read)

    def rows(self):
        eager, graph = ["bf16"], ["bf16", "graph"]
        compiled, both = ["bf16", "compile"], ["bf16", "compile", "graph"]
        large = self.case("", "cuda r50-train", "resnet50", 256, "train", [eager, compiled])
        small = self.case("eager", "cuda r18-tune eager", "resnet18", 16, "train", [eager],
                          "--record-steps=off")
        recorded = self.case("graph", "cuda r18-tune graph", "resnet18", 16, "train",
                             [graph, compiled, both])
        whole = ["bf16-weights"]
        features = self.case("", "cuda r50-features", "resnet50", 256, "eval",
                             [eager, whole, whole + ["compile"]])
        return [
            Row("r50-train", "ResNet-50 training step, batch 256", large),
            Row("r18-tune", "ResNet-18 full fine-tuning step, batch 16: eager against eager, one "
                "graph against the fastest of compiled and recorded", small, recorded),
            Row("r50-features", "frozen ResNet-50, batch 256", features),
            Row("b1", "latency of one image, eager",
                *(self.case(model, "cuda b1", model, 1, "eval",
                            [["latency"], ["bf16-weights", "latency"]],
                            "--latency") for model in ["resnet18", "resnet50"])),
            *([] if self.rehearse else [self.product()]),
            self.memory_bound(),
            Row("memory", "largest memory on the device of the training steps above",
                large.beside("r50", TARGETS["cuda memory"], "MB"),
                small.beside("r18-eager", TARGETS["cuda memory"], "MB"),
                recorded.beside("r18-graph", TARGETS["cuda memory"], "MB")),
        ]
