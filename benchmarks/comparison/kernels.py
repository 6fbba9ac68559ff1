"""Rows whose cases are measured together, by one run of a program that also measures what they are
held against: how much of what the machine can do the innermost loops reach."""
import json
import statistics

from .contestant import Absent, Failed, Sample, run_measured
from .outcome import Outcome
from .row import Case, Row
from .rounds import outcome_of, take_rounds
from .targets import TARGETS


class Together(Row):
    """`targets`: {case: its target}. `read` makes {case: {contestant: Sample}} of the objects that
    `command` prints, a line each, when it is given the seconds for each case."""

    def __init__(self, id_, work, targets, command, read):
        super().__init__(id_, work, *(Case(name, TARGETS[target], None, [])
                                      for name, target in targets.items()))
        self.command, self.read = command, read

    def measure(self, options, probe):
        def measure():
            return self._run(options.seconds / len(self.cases))
        try:
            rounds = take_rounds(options.rounds, probe, measure)
        except Absent as reason:
            for case in self.cases:
                yield Outcome(case, {}, {"Graft": str(reason)}, failed=isinstance(reason, Failed))
            return
        for case in self.cases:
            yield outcome_of(case, [round_.of(case.name) for round_ in rounds], {})

    def _run(self, seconds):
        said, _ = run_measured(self.command(seconds))
        values = self.read([json.loads(line) for line in said.splitlines()])
        missing = [case.name for case in self.cases if case.name not in values]
        if missing:
            raise Failed(f"{self.command(seconds)[0]} does not time " + ", ".join(missing))
        return values


def shares(lines, key, names, quantity, ceiling):
    """Of graft_bench's table: beside each timing the time it would take at the ceiling of the same
    run, so that its ratio is the share reached."""
    most, values = lines[0]["ceiling"][quantity], {}
    for timing in lines[1:]:
        name = names.get(key(timing))
        if name:
            values[name] = {"Graft": Sample(timing["seconds"]),
                            ceiling: Sample(timing["seconds"] * timing[quantity] / most)}
    return values


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


class Kernels(Together):
    """Without Winograd, the weights of layers packed beforehand as in evaluation; padding counts as
    if it were computed."""

    def __init__(self, program, threads):
        ops = ",".join(dict.fromkeys(op for op, _ in KERNELS))
        super().__init__(
            "kernels", "direct convolutions of ResNet-18 and products, batch 32, weights kept packed: "
            "share of the machine's multiply-adds",
            {case: "kernels convolution" if op == "conv2d" else "kernels product"
             for (op, _), case in KERNELS.items()},
            lambda seconds: [program, f"--only={ops}", "--forward", "--deterministic=exact",
                             "--json", f"--threads={threads}", f"--min-time={seconds}"],
            lambda lines: shares(lines, lambda timing: (timing["op"], timing["operands"]), KERNELS,
                                 "gflops", "FMA ceiling"))

    def summary(self, cases):
        """The geometric mean of the shares, and of the targets; a case without a share leaves none
        for the row."""
        reached = {name: case["ratio"] for name, case in cases.items()}
        without = [case for case in cases.values() if case["ratio"] is None]
        if without:
            return {**without[0], "cases": cases}
        share = statistics.geometric_mean(reached.values())
        first = next(iter(cases.values()))
        target = statistics.geometric_mean(case["target"] for case in cases.values())
        return {**first, "target": target, "ratio": share, "lowest": min(reached.values()),
                "highest": max(reached.values()), "graft": share, "peer": 1, "unit": "share",
                "others": reached, "cases": cases}
