"""The row of kernels: how much of the machine's multiply-adds the innermost loops reach."""
import json
import statistics

from .contestant import Absent, Failed, run_measured
from .outcome import Outcome
from .row import Case, Row
from .rounds import outcome_of, take_rounds
from .targets import TARGETS

CEILING = "FMA ceiling"
# Rows of graft_bench's table: the convolutions of ResNet-18's stages, and products.
KERNELS = {
    ("conv2d", "32x56x56x64 64x3x3x64 64"): "3x3-64",
    ("conv2d", "32x28x28x128 128x3x3x128 128"): "3x3-128",
    ("conv2d", "32x14x14x256 256x3x3x256 256"): "3x3-256",
    ("conv2d", "32x7x7x512 512x3x3x512 512"): "3x3-512",
    ("conv2d", "32x56x56x64 128x3x3x64 128"): "3x3-stride-2",
    ("conv2d", "32x56x56x64 128x1x1x64 128"): "1x1-stride-2",
    ("matmul", "1024x1024 1024x1024"): "product",
    ("linear", "128x1280 1000x1280 1000"): "linear",
}


class Kernels(Row):
    """Without Winograd, the weights of layers packed beforehand as in evaluation. A case's peer is
    the time it would take at the ceiling of the same run, so that its ratio is the share reached;
    padding counts as if it were computed."""

    def __init__(self, program, threads):
        super().__init__("kernels", "direct convolutions of ResNet-18 and products, batch 32, weights "
                         "kept packed: share of the machine's multiply-adds",
                         *(Case(name, TARGETS["kernels"], None, []) for name in KERNELS.values()))
        ops = ",".join(dict.fromkeys(op for op, _ in KERNELS))
        self.command = [program, f"--only={ops}", "--forward", "--deterministic=exact", "--json",
                        f"--threads={threads}"]

    def measure(self, options, probe):
        def measure():
            return self._run(options.seconds / len(KERNELS))
        try:
            rounds = take_rounds(options.rounds, probe, measure)
        except Absent as reason:
            for case in self.cases:
                yield Outcome(case, {}, {"Graft": str(reason)}, failed=isinstance(reason, Failed))
            return
        for case in self.cases:
            yield outcome_of(case, [round_.of(case.name) for round_ in rounds], {})

    def summary(self, cases):
        """The geometric mean of the shares; a case without one leaves none for the row."""
        shares = {name: case["ratio"] for name, case in cases.items()}
        without = [case for case in cases.values() if case["ratio"] is None]
        if without:
            return {**without[0], "cases": cases}
        share = statistics.geometric_mean(shares.values())
        first = next(iter(cases.values()))
        return {**first, "ratio": share, "lowest": min(shares.values()),
                "highest": max(shares.values()), "graft": share, "peer": 1, "unit": "share",
                "others": shares, "cases": cases}

    def _run(self, seconds):
        """{case: {contestant: milliseconds}}"""
        lines = [json.loads(line) for line in
                 run_measured(self.command + [f"--min-time={seconds}"])[0].splitlines()]
        ceiling, values = lines[0]["ceiling"]["gflops"], {}
        for timing in lines[1:]:
            name = KERNELS.get((timing["op"], timing["operands"]))
            if name:
                milliseconds = timing["seconds"] * 1e3
                values[name] = {"Graft": milliseconds,
                                CEILING: milliseconds * timing["gflops"] / ceiling}
        if len(values) < len(KERNELS):
            raise Failed("graft_bench does not time " +
                         ", ".join(name for name in KERNELS.values() if name not in values))
        return values
